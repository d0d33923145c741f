"""What a run costs before any of our work: the imports, then Dagster with as many steps and checks that do nothing.

Processor seconds of this process, to be compared with those of `benchmarks.bare_script`: what is left of the limit of a
run once they are paid is all that reading, checking, computing and publishing may take.

    python -m benchmarks.floor
"""

import tempfile
import time
import warnings
from collections.abc import Iterator
from typing import Any

# Assets of each step of a run, in their order, and the checks that stand on the first asset of some of them.
ASSETS = (1, 1, 3, 3, 5, 5, 2, 4, 4, 3, 1, 1, 1, 1, 1)
CHECKS = {1: 10, 2: 5, 5: 3, 11: 2}
EDITION = "2021-11"


def main() -> None:
    """Print both."""
    warnings.simplefilter("ignore")
    begun = time.process_time()
    import great_expectations  # noqa: F401, PLC0415  # what is measured

    import pipelines.definitions  # noqa: F401, PLC0415

    imported = time.process_time()
    run_nothing()
    done = time.process_time()
    print(f"imports {imported - begun:.2f} s, Dagster with nothing to do {done - imported:.2f} s")  # noqa: T201  # what is asked for


def run_nothing() -> None:
    """One run of an edition whose steps and checks do nothing, on an instance of its own."""
    import dagster as dg  # noqa: PLC0415  # imported before, in what is measured

    editions = dg.DynamicPartitionsDefinition(name="editions")

    def step(rank: int, count: int) -> dg.AssetsDefinition:
        deps = [f"asset_{rank - 1}_0"] if rank else []
        specs = [dg.AssetSpec(f"asset_{rank}_{one}", partitions_def=editions, deps=deps) for one in range(count)]

        @dg.multi_asset(name=f"step_{rank}", specs=specs)
        def nothing() -> Iterator[dg.MaterializeResult[None]]:
            for spec in specs:
                yield dg.MaterializeResult(asset_key=spec.key, metadata={"rows": 1})

        return nothing

    def check(rank: int, number: int) -> Any:
        @dg.asset_check(asset=f"asset_{rank}_0", name=f"check_{rank}_{number}", blocking=True, partitions_def=editions)
        def holds() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=True)

        return holds

    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.local_temp(folder) as instance:
        instance.add_dynamic_partitions("editions", [EDITION])
        definitions = dg.Definitions(
            assets=[step(rank, count) for rank, count in enumerate(ASSETS)],
            asset_checks=[check(rank, number) for rank, count in CHECKS.items() for number in range(count)],
            jobs=[dg.define_asset_job("everything", selection=dg.AssetSelection.all())],
            executor=dg.in_process_executor,
        )
        job = definitions.resolve_job_def("everything")
        job.execute_in_process(instance=instance, partition_key=EDITION)


if __name__ == "__main__":
    main()
