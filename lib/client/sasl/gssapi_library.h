// The few functions of the system's GSSAPI library that Kerberos needs here, loaded with their
// first use and not with kt; a table, so that a test can put others in their place. Types and
// numbers are those of RFC 2744 in MIT's binary interface.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kt::gss {

using Status = uint32_t;
using Handle = void*;  ///< a name, credentials or a context; nullptr: none

struct Bytes {
  size_t length = 0;
  void* value = nullptr;
};

struct Oid {
  uint32_t length;
  const void* elements;
};

struct OidSet {
  size_t count;
  const Oid* elements;
};

struct StoreEntry {
  const char* key;
  const char* value;
};

struct Store {
  uint32_t count;
  const StoreEntry* entries;
};

constexpr Status kComplete = 0, kContinueNeeded = 1, kErrorMask = 0xffff0000;
constexpr Status kNoCredentials = 7U << 16, kCredentialsExpired = 11U << 16;
constexpr uint32_t kMutual = 2, kReplayDetection = 4, kSequence = 8, kIntegrity = 32;
constexpr int kInitiate = 1;                          ///< what credentials are for
constexpr int kOfLibrary = 1, kOfMechanism = 2;       ///< whose status is to be put in words
extern const Oid kKerberos, kHostService, kUserName;  ///< a mechanism, and two kinds of names

struct Library {
  Status (*import_name)(Status* minor, Bytes* text, const Oid* kind, Handle* name);
  Status (*release_name)(Status* minor, Handle* name);
  Status (*acquire_cred_from)(Status* minor, Handle name, uint32_t time, const OidSet* mechanisms,
                              int usage, const Store* store, Handle* credentials, void* mechs,
                              uint32_t* lifetime);
  Status (*release_cred)(Status* minor, Handle* credentials);
  Status (*init_sec_context)(Status* minor, Handle credentials, Handle* context, Handle name,
                             const Oid* mechanism, uint32_t flags, uint32_t time, void* bindings,
                             Bytes* input, const Oid** used, Bytes* output, uint32_t* got,
                             uint32_t* lifetime);
  Status (*delete_sec_context)(Status* minor, Handle* context, Bytes* token);
  Status (*wrap)(Status* minor, Handle context, int confidential, uint32_t quality, Bytes* input,
                 int* state, Bytes* output);
  Status (*unwrap)(Status* minor, Handle context, Bytes* input, Bytes* output, int* state,
                   uint32_t* quality);
  Status (*display_status)(Status* minor, Status value, int whose, const Oid* mechanism,
                           uint32_t* more, Bytes* text);
  Status (*release_buffer)(Status* minor, Bytes* bytes);
};

/// Throws a usage error that names the package where the system has none.
Library open_library(const char* file);

/// The system's, opened once.
const Library& system_library();

}  // namespace kt::gss
