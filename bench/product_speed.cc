#include "bench/product_speed.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <thread>

#include "bench/roof.h"
#include "model/base/random.h"
#include "model/ops/gemm.h"

namespace headscope {
namespace {

// A product with operands of its own, run often enough that a measurement takes about a third of a
// millisecond: short enough to be undisturbed now and then even on a busy machine.
class MeasuredProduct {
 public:
  MeasuredProduct(const GemmShape& shape, size_t threads) : shape_(shape) {
    const bool tn = shape.form == GemmForm::kTN, nt = shape.form == GemmForm::kNT;
    const size_t a_rows = tn ? shape.k : shape.m, b_rows = nt ? shape.n : shape.k;
    Fill(a_, a_rows * shape.a_stride, 1);
    Fill(b_, b_rows * shape.b_stride, 2);
    c_.resize(shape.m * shape.c_stride);
    left_ = {a_.data(), a_rows, tn ? shape.m : shape.k, shape.a_stride};
    right_ = {b_.data(), b_rows, nt ? shape.k : shape.n, shape.b_stride};
    const double flops = threads == 1 ? 3e7 : 3e8;  // threads begin some 10 microseconds apart
    calls_ = static_cast<size_t>(std::max(1.0, flops / shape.Flops()));
  }

  // GFLOP/s of a burst of multiply(left, right, product).
  template <typename Multiply>
  double Run(Clock clock, const Multiply& multiply) {
    const Matrix product(c_.data(), shape_.m, shape_.n, shape_.c_stride);
    const double start = clock();
    for (size_t i = 0; i < calls_; ++i) multiply(left_, right_, product);
    return shape_.Flops() * static_cast<double>(calls_) / (clock() - start) / 1e9;
  }

 private:
  static void Fill(std::vector<float>& values, size_t count, uint64_t seed) {
    values.resize(count);
    RandomSequence random({seed, Purpose::kTest});
    constexpr size_t kDifferent = 65536;  // the rest repeats them: only their size matters
    for (size_t i = 0; i < std::min(count, kDifferent); ++i) {
      values[i] = static_cast<float>(random.Below(4096)) / 4096.0f - 0.5f;
    }
    for (size_t i = kDifferent; i < count; ++i) values[i] = values[i - kDifferent];
  }

  GemmShape shape_;
  size_t calls_;
  std::vector<float> a_, b_, c_;
  ConstMatrix left_, right_;
};

// The bursts of one repetition.
struct Repetition {
  double roof, ours, openblas, onednn;
  bool disturbed;
};

class Contest {
 public:
  Contest(const GemmShape& shape, ThreadPool& pool, const OneDnn* onednn, Clock clock)
      : product_(shape, pool.NumThreads()),
        form_(shape.form),
        serial_(shape.serial),
        pool_(pool),
        ours_(pool),
        openblas_(pool, GemmBackend::kOpenBlas),
        onednn_(onednn),
        clock_(clock) {}

  Repetition Run() {
    Repetition result{};
    GatherThreads();
    result.roof = Timed(result, [&] { return MeasureFmaRoof(pool_, clock_); });
    result.ours = Timed(result, [&] { return RunHeadscope(ours_); });
    WakeLibrary([&] { RunHeadscope(openblas_); });
    result.openblas = Timed(result, [&] { return RunHeadscope(openblas_); });
    LetThreadsSleep();
    if (onednn_ != nullptr) {
      WakeLibrary([&] { RunOneDnn(); });
      result.onednn = Timed(result, [&] { return RunOneDnn(); });
      LetThreadsSleep();
    }
    return result;
  }

 private:
  // Every burst is judged by itself: a library's polling threads would hide another's waiting.
  template <typename Work>
  double Timed(Repetition& repetition, const Work& work) const {
    const double cpu = LiveCpuSeconds(), start = WallSeconds();
    const double speed = work();
    const double wall = WallSeconds() - start;
    repetition.disturbed |=
        WasDisturbed(wall, LiveCpuSeconds() - cpu, static_cast<double>(pool_.NumThreads()));
    return speed;
  }

  // A thread that was woken may stay for milliseconds on the processor of the one that woke it:
  // the clock starts when all of them run at the same time, at the latest after 20 bursts.
  void GatherThreads() const {
    Repetition burst{};
    for (int i = 0; i < 20; ++i) {
      burst.disturbed = false;
      Timed(burst, [&] { return MeasureFmaRoof(pool_, clock_); });
      if (!burst.disturbed) return;
    }
  }
  template <typename Work>
  void WakeLibrary(const Work& work) const {
    if (pool_.NumThreads() > 1) work();
  }

  double RunHeadscope(Compute& compute) {
    return product_.Run(clock_, [&](ConstMatrix a, ConstMatrix b, Matrix c) {
      if (serial_) {
        GemmSerial(compute, 0, form_, a, b, c);
      } else {
        Gemm(compute, form_, a, b, c);
      }
    });
  }
  double RunOneDnn() {
    return product_.Run(clock_, [&](ConstMatrix a, ConstMatrix b, Matrix c) {
      onednn_->Gemm(pool_.NumThreads(), form_, a, b, c);
    });
  }
  // Both libraries' threads poll for their next task, OpenBLAS's for 2^26 cycles: what is measured
  // next must not share the machine with them. They sleep when time passes without their using it.
  void LetThreadsSleep() const {
    if (pool_.NumThreads() == 1) return;
    for (int i = 0; i < 50; ++i) {
      const double cpu = LiveCpuSeconds();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (LiveCpuSeconds() - cpu < 0.0005) return;
    }
  }

  MeasuredProduct product_;
  GemmForm form_;
  bool serial_;
  ThreadPool& pool_;
  Compute ours_, openblas_;
  const OneDnn* onednn_;
  Clock clock_;
};

}  // namespace

double ProductSpeed::OverOpenBlas() const { return Median(Ratios(ours, openblas)); }

double ProductSpeed::OverOneDnn() const {
  return onednn.empty() ? std::numeric_limits<double>::quiet_NaN() : Median(Ratios(ours, onednn));
}

double ProductSpeed::OverBetter() const {
  return onednn.empty() ? OverOpenBlas() : std::min(OverOpenBlas(), OverOneDnn());
}

double ProductSpeed::ShareOfRoof() const { return Median(Ratios(ours, roof)); }

ProductSpeed MeasureProduct(const GemmShape& shape, ThreadPool& pool, const OneDnn* onednn,
                            const ProductSpeedOptions& options) {
  ThreadPool single(1);
  Contest contest(shape, shape.serial ? single : pool, onednn, options.clock);
  contest.Run();  // the first touches memory and finds its instructions cold
  ProductSpeed result;
  const auto repeat = [&] {
    const Repetition repetition = contest.Run();
    if (repetition.disturbed && options.clock == WallSeconds) return false;
    result.roof.push_back(repetition.roof);
    result.ours.push_back(repetition.ours);
    result.openblas.push_back(repetition.openblas);
    if (onednn != nullptr) result.onednn.push_back(repetition.onednn);
    return true;
  };
  result.disturbed = RepeatUntilKept(
      {options.repetitions, options.attempts * options.repetitions, options.seconds}, repeat);
  return result;
}

}  // namespace headscope
