// kt-messages OUT FILE.api...: reads the descriptions of all messages and writes into OUT one
// header per file (msg/STEM.h), the tables in kGroups .cpp files (tables_N.cpp), and the lists of
// all messages (lists.cpp). A file whose content stays the same is not touched, so that a changed
// description rebuilds only its readers.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "output.h"

namespace {

constexpr size_t kGroups = 6;

void write_if_changed(const std::filesystem::path& path, const std::string& content) {
  std::ifstream old(path, std::ios::binary);
  if (old && std::string(std::istreambuf_iterator<char>(old), {}) == content) return;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace kt::generator;
  if (argc < 3) {
    std::fprintf(stderr, "usage: kt-messages OUT FILE.api...\n");
    return 2;
  }
  std::filesystem::path out = argv[1];
  std::vector<File> files;
  for (int i = 2; i < argc; ++i) files.push_back(read_description(argv[i]));
  std::ranges::sort(files, {}, &File::stem);
  std::vector<std::vector<const File*>> groups(kGroups);
  for (size_t i = 0; i < files.size(); ++i) {
    write_if_changed(out / "msg" / (files[i].stem + ".h"), header(files[i]));
    groups[i * kGroups / files.size()].push_back(&files[i]);
  }
  for (size_t i = 0; i < kGroups; ++i)
    write_if_changed(out / ("tables_" + std::to_string(i) + ".cpp"), tables(groups[i]));
  write_if_changed(out / "lists.cpp", lists(files));
}
