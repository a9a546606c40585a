// Every API that the embedded cluster serves; one file of this directory each.
#pragma once

#include <vector>

#include "sandbox/call.h"

namespace kt::sandbox {

Handler api_versions_handler();
Handler create_partitions_handler();
Handler create_topics_handler();
Handler delete_topics_handler();
Handler describe_cluster_handler();
Handler fetch_handler();
Handler find_coordinator_handler();
Handler list_offsets_handler();
Handler metadata_handler();
Handler produce_handler();

inline std::vector<Handler> all_handlers() {
  return {
      api_versions_handler(),     create_partitions_handler(), create_topics_handler(),
      delete_topics_handler(),    describe_cluster_handler(),  fetch_handler(),
      find_coordinator_handler(), list_offsets_handler(),      metadata_handler(),
      produce_handler(),
  };
}

}  // namespace kt::sandbox
