#include "net/tls/failure.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "base/time.h"
#include "net/tls/openssl.h"

namespace kt::net {
namespace {

NetError failure(const std::string& message, const std::string& hint = {}) {
  return {Failure::tls, message, hint};
}

NetError wrong_name(const Handshake& handshake) {
  auto names = handshake.leaf ? join(handshake.leaf->names, ", ") : "";
  return failure(fmt::format("the certificate of {} is for {}, and not for {}", handshake.peer,
                             names.empty() ? "no host at all" : names, in_quotes(handshake.host)),
                 "connect by one of these names, or ssl.endpoint.identification.algorithm= to take "
                 "any");
}

NetError untrusted(const Handshake& handshake) {
  if (handshake.verify_code == X509_V_ERR_HOSTNAME_MISMATCH ||
      handshake.verify_code == X509_V_ERR_IP_ADDRESS_MISMATCH)
    return wrong_name(handshake);
  auto facts = handshake.at_fault.value_or(CertificateFacts{});
  auto whose = fmt::format("the certificate {} of {}", in_quotes(facts.subject), handshake.peer);
  auto day = [](int64_t time_ms) { return format_utc(time_ms).substr(0, 10); };
  switch (handshake.verify_code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return failure(whose + " has expired on " + day(facts.not_after_ms),
                     "the broker needs a new one; is the clock here right?");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return failure(whose + " is valid from " + day(facts.not_before_ms) + " on only",
                     "is the clock here right?");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: {
      auto by = facts.subject == facts.issuer ? std::string("itself") : in_quotes(facts.issuer);
      return failure(fmt::format("{} is signed by {}, which is not trusted: {} is", whose, by,
                                 handshake.trusted),
                     "ssl.truststore.location or ssl.ca.location names a file with that CA");
    }
    default:
      return failure(whose +
                     " is not trusted: " + X509_verify_cert_error_string(handshake.verify_code));
  }
}

/// The peer said why, in one of TLS's alerts.
NetError alerted(const Handshake& handshake, int alert) {
  const char* words = SSL_alert_desc_string_long(alert);
  bool about_certificate =
      (alert >= SSL_AD_NO_CERTIFICATE && alert <= SSL_AD_CERTIFICATE_UNKNOWN) ||
      alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
      alert == SSL_AD_DECRYPT_ERROR || alert == SSL_AD_CERTIFICATE_REQUIRED ||
      alert == SSL_AD_HANDSHAKE_FAILURE;
  if (handshake.certificate_asked && about_certificate)
    return refused_certificate(handshake, words);
  if (alert == SSL_AD_PROTOCOL_VERSION)
    return failure(handshake.peer + " speaks no version of TLS that is allowed here",
                   "ssl.enabled.protocols; kt has TLSv1.2 and TLSv1.3");
  if (alert == SSL_AD_HANDSHAKE_FAILURE)
    return failure(handshake.peer + " found nothing in common with us for TLS",
                   "ssl.cipher.suites and ssl.enabled.protocols, here and at the broker");
  return failure(fmt::format("{} refused the TLS handshake: {}", handshake.peer, words));
}

bool speaks_no_tls(int reason) {
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_PACKET_LENGTH_TOO_LONG;
}

/// It was TLS, and is not what must come here.
bool is_out_of_place(int reason) {
  return reason == SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC || reason == SSL_R_UNEXPECTED_MESSAGE;
}

}  // namespace

bool is_unreadable() {
  int reason = ERR_GET_REASON(ERR_peek_last_error());
  return speaks_no_tls(reason) || is_out_of_place(reason);
}

NetError refused_certificate(const Handshake& handshake, const std::string& how) {
  if (handshake.own_subject.empty())
    return failure(
        fmt::format("{} asks for a client certificate, and none is set ({})", handshake.peer, how),
        "ssl.keystore.location, or ssl.certificate.location and ssl.key.location");
  return failure(fmt::format("{} refused the client certificate {}: {}", handshake.peer,
                             in_quotes(handshake.own_subject), how),
                 "is it signed by a CA that the broker trusts, and not expired?");
}

NetError tls_error(const Handshake& handshake) {
  constexpr int kFirstAlert = SSL_AD_REASON_OFFSET, kLastAlert = SSL_AD_REASON_OFFSET + 255;
  int reason = ERR_GET_REASON(ERR_peek_last_error());
  auto words = openssl_reason();
  if (handshake.verify_code != X509_V_OK && reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
    return untrusted(handshake);
  if (reason >= kFirstAlert && reason <= kLastAlert)
    return alerted(handshake, reason - kFirstAlert);
  if (handshake.stray_alert) return alerted(handshake, *handshake.stray_alert);
  if (handshake.certificate_asked && is_out_of_place(reason))
    return refused_certificate(handshake, "it ended the handshake with bytes that mean nothing");
  if (speaks_no_tls(reason))
    return failure(handshake.peer + " speaks plain text, and was spoken to in TLS",
                   "security.protocol=PLAINTEXT or SASL_PLAINTEXT, or the port of a TLS listener");
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL)
    return failure(handshake.peer + " speaks no version of TLS that is allowed here",
                   "ssl.enabled.protocols; kt has TLSv1.2 and TLSv1.3");
  return failure(fmt::format("TLS with {} failed: {}", handshake.peer, words));
}

}  // namespace kt::net
