// A certificate authority of one's own, for the sandbox and for tests: it signs what it is asked
// to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kt::net {

/// PEM, the key unencrypted in PKCS#8.
struct Identity {
  std::string certificate, key;
};

class Authority {
 public:
  /// `name` is the common name in its own certificate.
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;

  const std::string& certificate() const { return certificate_; }

  struct Wanted {
    std::string common_name;
    std::vector<std::string> names{};  ///< hosts and numeric addresses
    int64_t from_days = -1;            ///< valid from so many days after now
    int64_t until_days = 365;
  };
  Identity issue(const Wanted& wanted) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
  std::string certificate_;
};

}  // namespace kt::net
