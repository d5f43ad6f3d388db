"""MLflow's own entities from what the door shows, for MLflow's own filter and sort in memory."""


def as_mlflow(shown):
    from mlflow.entities import (  # noqa: PLC0415 (seconds: only where it is the oracle)
        Dataset,
        DatasetInput,
        InputTag,
        Metric,
        Param,
        Run,
        RunData,
        RunInfo,
        RunInputs,
        RunTag,
    )

    info, data = shown["info"], shown["data"]
    run_info = RunInfo(
        info["run_id"],
        info["experiment_id"],
        info.get("user_id", ""),
        info["status"],
        info["start_time"],
        info.get("end_time"),
        info["lifecycle_stage"],
        artifact_uri=info["artifact_uri"],
        run_name=info["run_name"],
    )
    inputs = [
        DatasetInput(Dataset(**one["dataset"]), [InputTag(tag["key"], tag["value"]) for tag in one.get("tags", [])])
        for one in shown.get("inputs", {}).get("dataset_inputs", [])
    ]
    metrics = [Metric(one["key"], float(one["value"]), one["timestamp"], one["step"]) for one in data["metrics"]]
    params = [Param(one["key"], one["value"]) for one in data["params"]]
    tags = [RunTag(one["key"], one["value"]) for one in data["tags"]]
    return Run(run_info, RunData(metrics, params, tags), RunInputs(inputs))
