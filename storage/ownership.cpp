#include "storage/ownership.hpp"

#include <utility>

namespace switchboard::storage {
namespace {

class sole_owner final : public ownership {
 public:
  sole_owner(partition_number partitions, std::uint64_t epoch, std::string name)
      : partitions_(partitions), epoch_(epoch), name_(std::move(name)), held_(partitions) {}

  void start(owner tell) override {
    tell_ = std::move(tell);
    for (partition_number p = 0; p < partitions_; ++p) {
      held_.gained({p, epoch_});
      tell_.gained({p, epoch_}, 0);
    }
  }
  void fenced(claim c) override {
    if (c.epoch == epoch_ && held_.lost(c)) tell_.lost(c);
  }
  void release(partition_number p) override { (void)held_.lost({p, epoch_}); }
  std::optional<std::string> owner_of(partition_number p) const override {
    return held_.epoch_of(p) != 0 ? std::optional(name_) : std::nullopt;
  }

 private:
  const partition_number partitions_;
  const std::uint64_t epoch_;
  const std::string name_;
  owner tell_;
  claims held_;
};

}  // namespace

std::unique_ptr<ownership> own_every_partition(partition_number partitions, std::uint64_t epoch,
                                               std::string name) {
  return std::make_unique<sole_owner>(partitions, epoch, std::move(name));
}

}  // namespace switchboard::storage
