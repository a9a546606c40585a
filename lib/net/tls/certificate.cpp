#include "net/tls/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/time.h"

namespace kt::net {
namespace {

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
constexpr int64_t kSoonDays = 30;

/// What that prints.
template <class Print>
std::string printed(Print&& print) {
  BIO* out = BIO_new(BIO_s_mem());
  print(out);
  char* text = nullptr;
  auto size = BIO_get_mem_data(out, &text);
  std::string copy(text, static_cast<size_t>(size));
  BIO_free(out);
  return copy;
}

std::string name_text(const X509_NAME* name) {
  return printed([&](BIO* out) { X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253); });
}

/// The keywords of RFC 2253; other attributes stand as their numbers.
const char* keyword_of(const ASN1_OBJECT* attribute) {
  static constexpr std::pair<int, const char*> kKeywords[] = {{NID_commonName, "CN"},
                                                              {NID_countryName, "C"},
                                                              {NID_localityName, "L"},
                                                              {NID_stateOrProvinceName, "ST"},
                                                              {NID_organizationName, "O"},
                                                              {NID_organizationalUnitName, "OU"},
                                                              {NID_streetAddress, "STREET"},
                                                              {NID_domainComponent, "DC"},
                                                              {NID_userId, "UID"}};
  for (const auto& [id, keyword] : kKeywords)
    if (OBJ_obj2nid(attribute) == id) return keyword;
  return nullptr;
}

/// X500Principal.getName() of Java, which escapes more than OpenSSL and knows fewer keywords.
std::string java_value(const ASN1_STRING* value) {
  unsigned char* utf8 = nullptr;
  int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) return {};
  std::string text(reinterpret_cast<char*>(utf8), static_cast<size_t>(size)), escaped;
  OPENSSL_free(utf8);
  auto first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  for (size_t at = 0; at < text.size(); ++at) {
    bool outer_blank = text[at] == ' ' && (first == std::string::npos || at < first || at > last);
    if (outer_blank || std::string_view(",=+<>#;\"\\").find(text[at]) != std::string_view::npos)
      escaped += '\\';
    escaped += text[at];
  }
  return escaped;
}

std::string java_attribute(const X509_NAME_ENTRY* entry) {
  const auto* attribute = X509_NAME_ENTRY_get_object(entry);
  const auto* value = X509_NAME_ENTRY_get_data(entry);
  if (const char* keyword = keyword_of(attribute)) return keyword + ("=" + java_value(value));
  constexpr size_t kMostBytes = 80;
  char number[kMostBytes];
  OBJ_obj2txt(number, sizeof number, attribute, 1);
  return number +
         ("=" + lower(printed([&](BIO* out) {
            ASN1_STRING_print_ex(out, value, ASN1_STRFLGS_DUMP_ALL | ASN1_STRFLGS_DUMP_DER);
          })));
}

std::string java_name(const X509_NAME* name) {
  std::vector<std::string> sets;
  int latest = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const auto* entry = X509_NAME_get_entry(name, i);
    if (X509_NAME_ENTRY_set(entry) == latest) {
      sets.back() += '+' + java_attribute(entry);
    } else {
      sets.push_back(java_attribute(entry));
      latest = X509_NAME_ENTRY_set(entry);
    }
  }
  std::reverse(sets.begin(), sets.end());
  return join(sets, ",");
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
  facts.java_subject = java_name(X509_get_subject_name(certificate));
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
