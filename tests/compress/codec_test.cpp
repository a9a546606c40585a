#include "compress/codec.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "base/bytes.h"
#include "compress/crc32.h"
#include "support/hex.h"

namespace {

using kt::Codec;
using kt::Lz4Checksum;

constexpr size_t kLimit = 64 << 20;
constexpr Codec kAll[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

std::string packed(kt::Compression how, std::string_view bytes,
                   Lz4Checksum checksum = Lz4Checksum::right) {
  std::string out;
  kt::compress(how, bytes, out, checksum);
  return out;
}

std::string unpacked(Codec codec, std::string_view bytes, size_t limit = kLimit,
                     Lz4Checksum checksum = Lz4Checksum::right) {
  kt::Buffer out;
  kt::decompress(codec, bytes, out, limit, checksum);
  return std::string(out.view());
}

std::string text(size_t size) {
  std::string made;
  for (int i = 0; made.size() < size; ++i)
    made += "line " + std::to_string(i * 7919) + " of a log\n";
  made.resize(size);
  return made;
}

}  // namespace

TEST_CASE("every codec gives back what it was given, at any size") {
  for (Codec codec : kAll)
    for (size_t size : {0, 1, 100, 32767, 32768, 32769, 65536, 65537, 1'000'000, 5'000'000}) {
      CAPTURE(kt::codec_name(codec));
      CAPTURE(size);
      CHECK(unpacked(codec, packed({codec}, text(size))) == text(size));
    }
}

TEST_CASE("compress appends, and smaller than its input where there is a codec") {
  for (Codec codec : kAll) {
    std::string out = "before";
    kt::compress({codec}, text(100'000), out);
    CHECK(out.starts_with("before"));
    if (codec != Codec::none) CHECK(out.size() < 50'000);
  }
}

TEST_CASE("a higher level gives fewer bytes, and a level out of range is refused") {
  for (auto [codec, low, high] :
       {std::tuple{Codec::gzip, 1, 9}, {Codec::lz4, 0, 12}, {Codec::zstd, -5, 19}}) {
    CAPTURE(kt::codec_name(codec));
    CHECK(packed({codec, high}, text(300'000)).size() < packed({codec, low}, text(300'000)).size());
    CHECK(unpacked(codec, packed({codec, high}, text(300'000))) == text(300'000));
  }
  CHECK_THROWS_AS(packed({Codec::gzip, 77}, "x"), kt::Error);
}

TEST_CASE(
    "snappy is written behind xerial's header in blocks of 32 KiB, and read with and without it") {
  auto framed = packed({Codec::snappy}, text(40'000));
  CHECK(framed.starts_with(kt::from_hex("82 53 4e 41 50 50 59 00 00000001 00000001")));
  auto first = kt::load_big_endian<int32_t>(framed.data() + 16);
  auto second = kt::load_big_endian<int32_t>(framed.data() + 20 + first);
  CHECK(framed.size() == 16 + 4 + static_cast<size_t>(first) + 4 + static_cast<size_t>(second));
  // By the format's description: length 5, then one literal of 5 bytes.
  CHECK(unpacked(Codec::snappy, kt::from_hex("05 10 68 65 6c 6c 6f")) == "hello");
  // Length 9, literal "abc", then a copy of 6 bytes from 3 back.
  CHECK(unpacked(Codec::snappy, kt::from_hex("09 08 61 62 63 09 03")) == "abcabcabc");
}

TEST_CASE("lz4 frames have independent 64 KiB blocks, no sizes and no content checksum") {
  auto frame = packed({Codec::lz4}, "hello");
  // XXH32 of descriptor 60 40 gives 0x82 as its second byte, by every LZ4 tool; of magic and
  // descriptor 0xfb is not it.
  CHECK(frame.substr(0, 7) == kt::from_hex("04 22 4d 18 60 40 82"));
  CHECK(frame.ends_with(kt::from_hex("00000000")));
}

TEST_CASE(
    "lz4 of message format v0 has the checksum over magic too, which only a v0 reader takes") {
  auto old_frame = packed({Codec::lz4}, text(200'000), Lz4Checksum::of_format_v0);
  CHECK(old_frame.substr(0, 6) == kt::from_hex("04 22 4d 18 60 40"));
  CHECK(old_frame[6] == '\x1a');  // as a real 0.8.2.2 writes it
  CHECK(unpacked(Codec::lz4, old_frame, kLimit, Lz4Checksum::of_format_v0) == text(200'000));
  CHECK_THROWS_AS(unpacked(Codec::lz4, old_frame), kt::DecodeError);
  auto right_frame = packed({Codec::lz4}, text(200'000));
  CHECK(unpacked(Codec::lz4, right_frame, kLimit, Lz4Checksum::of_format_v0) == text(200'000));
}

TEST_CASE("a good lz4 frame can be read after one that promised more than it had") {
  // A frame with a content size of 99 bytes, cut off after its header.
  auto promise = kt::from_hex("04 22 4d 18 68 40 6300000000000000 00");
  CHECK_THROWS_AS(unpacked(Codec::lz4, promise, kLimit, Lz4Checksum::of_format_v0),
                  kt::DecodeError);
  CHECK(unpacked(Codec::lz4, packed({Codec::lz4}, "good")) == "good");
}

TEST_CASE("several gzip members, lz4 frames or zstd frames in a row are one stream") {
  for (Codec codec : {Codec::gzip, Codec::lz4, Codec::zstd}) {
    CAPTURE(kt::codec_name(codec));
    CHECK(unpacked(codec, packed({codec}, "first ") + packed({codec}, "second")) == "first second");
  }
}

TEST_CASE("a stream cut off anywhere is an error, never a shorter answer") {
  for (Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    auto whole = packed({codec}, text(1000));
    for (size_t size = 0; size < whole.size(); ++size) {
      // Between its header and a whole block, xerial's framing has no mark of its end.
      if (codec == Codec::snappy && size == 16) continue;
      CAPTURE(kt::codec_name(codec));
      CAPTURE(size);
      CHECK_THROWS_AS(unpacked(codec, whole.substr(0, size)), kt::DecodeError);
    }
  }
}

TEST_CASE("what would decompress to more than the limit is refused") {
  std::string zeros(10 << 20, '\0');
  for (Codec codec : kAll) {
    CAPTURE(kt::codec_name(codec));
    auto bomb = packed({codec}, zeros);
    CHECK_THROWS_WITH_AS(unpacked(codec, bomb, 1 << 20),
                         "decompresses to more than the 1048576 bytes allowed", kt::DecodeError);
    CHECK(unpacked(codec, bomb, zeros.size()) == zeros);
  }
}

TEST_CASE("a codec number that does not exist is an error") {
  CHECK_THROWS_AS(unpacked(static_cast<Codec>(7), "x"), kt::DecodeError);
  CHECK(kt::codec_named("zstd") == Codec::zstd);
  CHECK_FALSE(kt::codec_named("ZSTD"));
}

TEST_CASE("crc32 of the check string of the gzip polynomial, also in two parts") {
  CHECK(kt::crc32("123456789") == 0xcbf43926);
  CHECK(kt::crc32("56789", kt::crc32("1234")) == 0xcbf43926);
}
