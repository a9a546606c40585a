#include "net/tls/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "base/text.h"
#include "base/time.h"

namespace kt::net {
namespace {

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
constexpr int64_t kSoonDays = 30;

std::string name_text(const X509_NAME* name) {
  BIO* out = BIO_new(BIO_s_mem());
  X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  auto size = BIO_get_mem_data(out, &text);
  std::string copy(text, static_cast<size_t>(size));
  BIO_free(out);
  return copy;
}

int64_t milliseconds_of(const ASN1_TIME* time) {
  tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? int64_t{timegm(&parts)} * 1000 : 0;
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(ASN1_STRING_length(string))};
}

std::string address_text(const std::string& bytes) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (bytes.size() == 4 || bytes.size() == 16)
    inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const auto* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS)
      names.push_back(text_of(name->d.dNSName));
    else if (name->type == GEN_IPADD)
      names.push_back(address_text(text_of(name->d.iPAddress)));
  }
  GENERAL_NAMES_free(list);
  if (!names.empty()) return names;
  // Without any, the common name counts.
  const auto* subject = X509_get_subject_name(certificate);
  int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) names.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  return names;
}

}  // namespace

CertificateFacts facts_of(x509_st* certificate) {
  CertificateFacts facts;
  facts.subject = name_text(X509_get_subject_name(certificate));
  facts.issuer = name_text(X509_get_issuer_name(certificate));
  facts.names = names_of(certificate);
  facts.not_before_ms = milliseconds_of(X509_get0_notBefore(certificate));
  facts.not_after_ms = milliseconds_of(X509_get0_notAfter(certificate));
  return facts;
}

std::string CertificateFacts::about_to_expire(int64_t now_ms) const {
  int64_t left_ms = not_after_ms - now_ms;
  auto date = format_utc(not_after_ms).substr(0, 10);
  if (left_ms < 0) return "expired on " + date;
  if (left_ms >= kSoonDays * kDayMs) return {};
  return fmt::format("expires on {}, in {}", date, counted(left_ms / kDayMs, "day"));
}

}  // namespace kt::net
