import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from experiments.tabular import Table
from models_registry.serving import (
    Input,
    LoadedModel,
    ModelError,
    Output,
    Signature,
    UntrustedModel,
    find_warnings,
    load_model,
    signature_from_mlflow,
    validate_rows,
)

SIGNATURE = Signature(
    inputs=(
        Input("amount", "numeric", low=0, high=100),
        Input("hour", "integer", nullable=True),
        Input("abroad", "boolean"),
        Input("shop", "categorical", categories=("a", "b")),
    ),
    output=Output("binary", (0, 1), 1),
)
ROW = {"amount": 1.5, "hour": 3, "abroad": True, "shop": "a"}


def random_frame(n: int = 200) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).random((n, 4)), columns=list("abcd"))


def target(frame: pd.DataFrame) -> np.ndarray:
    return (frame.a + frame.b > 1).astype(int).to_numpy()


def dumped(tmp_path, estimator) -> str:
    skops.io.dump(estimator, tmp_path / "model.skops")
    return str(tmp_path / "model.skops")


def refused(path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load_model(path)
    return caught.value


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        DecisionTreeClassifier(),
        RandomForestClassifier(5, n_jobs=2),
        GradientBoostingClassifier(n_estimators=3),
        HistGradientBoostingClassifier(max_iter=3),
        HistGradientBoostingClassifier(max_iter=3, categorical_features=[0]),
        IsolationForest(n_estimators=3),
        KNeighborsClassifier(),
        StackingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier())], cv=2),
        VotingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier())], voting="soft"),
        CalibratedClassifierCV(LogisticRegression(), cv=2),
        GridSearchCV(RandomForestClassifier(3), {"max_depth": [2]}, scoring="roc_auc", cv=2),
        make_pipeline(SelectKBest(k=2), LogisticRegression()),
        make_pipeline(ColumnTransformer([("s", StandardScaler(), ["a", "b"])]), LogisticRegression()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_common_estimators_load_and_predict_as_before(tmp_path, estimator):
    frame = random_frame()
    estimator.fit(frame, target(frame))

    model = load_model(dumped(tmp_path, estimator))
    rows = frame.head(5).to_dict("records")

    assert validate_rows(model.signature, rows) == []
    assert model.predict(rows).labels == estimator.predict(frame.head(5)).tolist()


def test_an_estimator_fitted_on_an_array_takes_x0_x1(tmp_path):
    frame = random_frame()
    path = dumped(tmp_path, LogisticRegression().fit(frame.to_numpy(), target(frame)))

    model = load_model(path)

    assert model.signature.names == ["x0", "x1", "x2", "x3"]
    prediction = model.predict([{"x0": 1.0, "x1": 1.0, "x2": 0, "x3": 0}])
    assert (prediction.labels, prediction.scores[0] > 0.9) == ([1], True)


def test_text_columns_without_a_signature(tmp_path):
    frame = pd.DataFrame({"shop": ["a", "b"] * 20, "x": np.arange(40.0)})
    steps = ColumnTransformer([("c", OneHotEncoder(handle_unknown="ignore"), ["shop"])], remainder="passthrough")
    pipeline = make_pipeline(steps, LogisticRegression(max_iter=1000)).fit(frame, ["no", "yes"] * 20)

    prediction = load_model(dumped(tmp_path, pipeline)).predict([{"shop": "b", "x": 3.0}])

    assert prediction.labels == ["yes"]


def test_regression_and_tables(tmp_path):
    frame = random_frame()
    model = load_model(dumped(tmp_path, LinearRegression().fit(frame, frame.a * 2)))

    assert model.signature.output.task == "regression"
    assert np.allclose(model.scores(Table.from_pandas(frame)), frame.a * 2)
    with pytest.raises(ModelError, match="no column “d”"):
        model.scores(Table.from_pandas(frame[["a", "b", "c"]]))


def test_mlflow_directory_uses_its_signature(tmp_path):
    frame = random_frame()
    dumped(tmp_path, LogisticRegression().fit(frame, target(frame)))
    inputs = [{"type": "double", "name": name, "required": True} for name in "abcd"]
    (tmp_path / "MLmodel").write_text(f"signature:\n  inputs: '{json.dumps(inputs)}'\n")

    model = load_model(tmp_path)

    assert next((i.name, i.kind, i.nullable) for i in model.signature.inputs) == ("a", "numeric", False)
    assert signature_from_mlflow([{"type": "tensor", "tensor-spec": {}}], output=Output("regression")) is None


PRINTING_PICKLE = b"\x80\x02cbuiltins\nprint\nX\x0e\x00\x00\x00the pickle ran\x85R."


@pytest.mark.parametrize("name", ["model.pkl", "model.skops", "model.bin"])
def test_pickle_is_refused_and_not_run(tmp_path, capsys, name):
    (tmp_path / name).write_bytes(PRINTING_PICKLE)

    assert refused(tmp_path / name).code == "format_not_allowed"
    assert "the pickle ran" not in capsys.readouterr().out


def test_directory_with_a_pickle_and_archive_with_a_pickle_are_refused(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04.")
    assert refused(tmp_path).code == "format_not_allowed"

    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x04.")
    assert refused(tmp_path / "model.pt").code == "format_not_allowed"


@pytest.mark.parametrize("content", [b"", b"random bytes", b"PK\x05\x06" + b"\0" * 18])
def test_not_a_model_is_unreadable(tmp_path, content):
    (tmp_path / "m.skops").write_bytes(content)

    assert refused(tmp_path / "m.skops").code == "model_unreadable"


def test_damaged_schema_is_unreadable(tmp_path):
    for schema in ("{", "[]", '{"__loader__": "ObjectNode"}', "[" * 50_000):
        with zipfile.ZipFile(tmp_path / "m.skops", "w") as archive:
            archive.writestr("schema.json", schema)
        assert refused(tmp_path / "m.skops").code == "model_unreadable"


def own_function(x):
    return x


def test_foreign_types_are_refused_by_name(tmp_path):
    frame = random_frame()
    path = dumped(
        tmp_path, make_pipeline(FunctionTransformer(own_function), LogisticRegression()).fit(frame, target(frame))
    )

    error = refused(path)

    assert isinstance(error, UntrustedModel)
    assert (error.code, [name.split(".")[-1] for name in error.types]) == ("untrusted_types", ["own_function"])


def test_renamed_to_a_dangerous_function_is_refused(tmp_path):
    frame = random_frame()
    path = dumped(
        tmp_path, make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(frame, target(frame))
    )
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "schema.json":
                content = content.replace(b'"log1p"', b'"eval"').replace(b'"numpy"', b'"builtins"')
            new.writestr(member.filename, content)
    (tmp_path / "evil.skops").write_bytes(out.getvalue())

    assert refused(tmp_path / "evil.skops").code in {"untrusted_types", "model_unreadable"}


def crooked_boosting(field: str, value: int) -> HistGradientBoostingClassifier:
    frame = random_frame()
    model = HistGradientBoostingClassifier(max_iter=2).fit(frame, target(frame))
    model._predictors[0][0].nodes[field][0] = value
    return model


@pytest.mark.parametrize(("field", "value"), [("left", 10_000), ("right", 0), ("feature_idx", 99), ("feature_idx", -1)])
def test_tree_that_leads_outside_is_refused(tmp_path, field, value):
    assert refused(dumped(tmp_path, crooked_boosting(field, value))).code == "unsafe_structure"


def test_forest_whose_member_asks_for_more_features_is_refused(tmp_path):
    frame = random_frame()
    forest = RandomForestClassifier(2).fit(frame, target(frame))
    wide = frame.assign(e=target(frame))
    forest.estimators_[1] = DecisionTreeClassifier().fit(
        wide[["e", "a", "b", "c", "d"]].iloc[:, ::-1].to_numpy(), target(frame)
    )

    assert refused(dumped(tmp_path, forest)).code == "unsafe_structure"


def test_signature_that_is_not_the_model_s_is_refused(tmp_path):
    frame = random_frame()
    path = dumped(tmp_path, LogisticRegression().fit(frame, target(frame)))

    with pytest.raises(ModelError) as caught:
        load_model(path, signature=SIGNATURE.as_json())
    assert caught.value.code == "signature_mismatch"
    assert Signature.from_json(SIGNATURE.as_json()) == SIGNATURE


def test_no_process_pool_at_prediction(tmp_path):
    frame = random_frame()
    model = load_model(dumped(tmp_path, RandomForestClassifier(3, n_jobs=-1).fit(frame, target(frame))))

    assert model.estimator.n_jobs is None


class Refusing:
    feature_names_in_ = np.array(SIGNATURE.names)

    def predict_proba(self, frame):
        return np.full((len(frame), 2), np.nan)


def test_a_score_that_is_no_number_is_an_error():
    with pytest.raises(ModelError) as caught:
        LoadedModel(Refusing(), SIGNATURE).predict([ROW])
    assert caught.value.code == "not_finite_output"


def errors(rows) -> list[tuple]:
    return [(e.row, e.column, e.code) for e in validate_rows(SIGNATURE, rows)]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"amount": "12"}, "amount", "wrong_type"),
        ({"amount": True}, "amount", "wrong_type"),
        ({"amount": [1]}, "amount", "wrong_type"),
        ({"amount": None}, "amount", "null_not_allowed"),
        ({"amount": float("nan")}, "amount", "not_finite"),
        ({"amount": float("-inf")}, "amount", "not_finite"),
        ({"amount": 10**400}, "amount", "not_finite"),
        ({"hour": 1.5}, "hour", "wrong_type"),
        ({"abroad": 1}, "abroad", "wrong_type"),
        ({"abroad": "true"}, "abroad", "wrong_type"),
        ({"shop": 7}, "shop", "wrong_type"),
        ({"shop": "x" * 20_000}, "shop", "too_long"),
        ({"surprise": 1}, "surprise", "unknown_column"),
    ],
)
def test_a_wrong_cell_names_its_row_and_column(change, column, code):
    assert errors([ROW, ROW | change]) == [(1, column, code)]


def test_valid_rows_have_no_errors_and_unseen_categories_only_warn():
    rows = [ROW, ROW | {"hour": None, "amount": 3}, ROW | {"hour": 2.0, "shop": "new"}]

    assert errors(rows) == []
    assert [(w.row, w.column, w.code) for w in find_warnings(SIGNATURE, rows)] == [(2, "shop", "unseen_category")]


def test_missing_columns_and_shapes():
    assert errors([{"amount": 1.0, "abroad": False, "shop": "a"}]) == [(0, "hour", "missing_column")]
    assert errors([]) == [(None, None, "no_rows")]
    assert errors([ROW] * 10_001) == [(None, None, "too_many_rows")]
    assert errors([ROW, "text"]) == [(1, None, "not_an_object")]
    assert len(errors([{}] * 1000)) == 100
