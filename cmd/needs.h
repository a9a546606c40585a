// What a command needs of the brokers' release, said before anything is changed.
#pragma once

#include <string_view>

#include "client/cluster.h"

namespace kt {

/// Whether brokers keep in ZooKeeper what the API is for, in releases that lack it.
enum class BeforeThat { in_zookeeper, nowhere };

/// Throws an error that names the release needed where the brokers lack the version of the API.
void needs(Cluster& cluster, const Api& api, int16_t version, std::string_view what,
           BeforeThat before = BeforeThat::in_zookeeper);

template <class M>
void needs(Cluster& cluster, std::string_view what, BeforeThat before = BeforeThat::in_zookeeper) {
  needs(cluster, M::api(), 0, what, before);
}

}  // namespace kt
