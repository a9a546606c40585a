// What the sentences about a certificate need of it: who it is for, who issued it, how long it is
// good.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct x509_st;

namespace kt::net {

struct CertificateFacts {
  std::string subject, issuer;     ///< `CN=kafka,O=shop`; control characters escaped
  std::string java_subject;        ///< as Java spells it, which is the name that brokers know
  std::vector<std::string> names;  ///< the hosts and addresses it is for
  int64_t not_before_ms = 0, not_after_ms = 0;

  /// "expires on 2026-12-01, in 12 days", or that it has expired; empty where there is time.
  std::string about_to_expire(int64_t now_ms) const;
};

CertificateFacts facts_of(x509_st* certificate);

}  // namespace kt::net
