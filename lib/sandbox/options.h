// How an embedded cluster is to be.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace kt::sandbox {

struct Options {
  int brokers = 1;
  /// The Kafka release to imitate ("2.8.2"): its APIs and their versions. Empty: the newest.
  std::string as_version{};
  /// Where logs are kept, locked while in use. Empty: in memory.
  std::string data_dir{};
  /// The address to listen on, and what clients are told to connect to (empty: the same).
  std::string listen = "127.0.0.1";
  std::string advertise{};
  /// The first broker's port; the others follow. 0: any free ones.
  int port = 0;
  /// Listening beyond this machine needs consent, since anybody who reaches it may do anything.
  bool allow_remote = false;
  /// Where the PEM files are by which TLS is spoken, or are to be made (tls_files.h). Empty: plain.
  std::string tls_dir{};
  /// Name → password of those who may ask anything, by SASL. Empty: everybody may, and none is
  /// asked.
  std::map<std::string, std::string> users{};
  /// Broker settings as in server.properties (num.partitions, auto.create.topics.enable, ...).
  std::map<std::string, std::string> configs{};
};

}  // namespace kt::sandbox
