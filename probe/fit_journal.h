// The outcomes of fits in a file that grows, so that a study that was interrupted does none of them
// twice.
//
// A line of JSON for each fit: its key, its scores (or code), with numbers as their shortest text
// that reads back exactly. The first line names what all of them depend on; a file that names
// something else is begun anew.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "probe/probing_rows.h"
#include "train/run_directory.h"

namespace headscope {

class FitJournal {
 public:
  // With `resume` the file's fits are there again, where its identity is the same; a last line that
  // is torn is cut off. Throws Error naming the line for one that cannot be read.
  FitJournal(const std::string& path, const std::string& identity, bool resume);

  size_t NumFits() const { return fits_.size(); }
  // Null when the fit was not done yet; valid until the next Add.
  const FitOutcome* Find(const std::string& key) const;
  // From any thread.
  void Add(const std::string& key, const FitOutcome& outcome);

 private:
  std::map<std::string, FitOutcome> fits_;
  std::mutex mutex_;
  JsonLines lines_;
};

}  // namespace headscope
