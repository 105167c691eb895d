"""What a verdict says against the tables that it rests on, read anew from the text: every statement must follow."""

import re

import numpy as np
import pandas as pd

from genvsdisc.study.statistics.differences import BEST
from genvsdisc.study.statistics.independent_sets import MEASURED

NAMES = {"0-1 error": "zero_one", "log loss": "log_loss", "Brier score": "brier", "cost": "cost"}
NUMBER = r"(−?\d[\d\u202f]*(?:\.\d+)?(?:e-?\d+)?)"
UNIT = r"(?: percentage points?| nats)?"


def value(text):
    return float(text.replace("\u202f", "").replace("−", "-"))


def scale(loss):
    return 100 if loss == "zero_one" else 1


def near(told, true, loss):
    """Whether a printed loss is a number of the tables, rounded; small ones are printed to one digit."""
    true = true * scale(loss)
    return abs(told - true) <= max(0.051 if loss == "zero_one" else 0.00051, 0) + 1e-9


def best_pair(tables, loss):
    pairs = tables["differences"]
    return pairs[(pairs["form"] == BEST) & (pairs["loss"] == loss)]


def objections(comparison):
    """Sentences on what in the verdict does not follow from the tables; none where all of it does."""
    card, tables = comparison.meta["verdict_card"], comparison.tables
    texts = [*card["warnings"], card["sentence"], *(point["text"] for point in card["points"])]
    found = [f"not a sentence: {text}" for text in texts if not _well_formed(text)]
    loss = card["loss"]
    best = best_pair(tables, loss)
    if best.empty:
        return found + ([] if card["sentence"].startswith("No verdict") else ["a verdict without a pair"])
    row = best.iloc[0]
    means = tables["summary"].query("loss == @loss").set_index("model")["mean"]
    families = tables["summary"].query("loss == @loss").set_index("model")["family"]
    found += _sentence(card["sentence"], row, (means, families), loss, comparison.meta)
    found += _probabilities(card["probabilities"], row)
    judges = {"why": _why, "flips": _flips, "use": _use, "settle": _settle}
    for point in card["points"]:
        if point["kind"] in judges:
            found += judges[point["kind"]](point["text"], row, tables, comparison.meta)
    return found


def _well_formed(text):
    whole = (
        text == text.strip()
        and text[0] not in "abcdefghijklmnopqrstuvwxyz"
        and text.endswith(".")
        and text.count("(") == text.count(")")
    )
    return whole and not re.search(r"\bnan\b|\bNone\b|\binf\b|  |\.\.(?!\.)", text)


def _sentence(text, row, means, loss, meta):
    found = []
    means, families = means
    for side in ("generative", "discriminative"):
        ranked = means[families == side].dropna()
        if row[side] != ranked.idxmin() and not np.isclose(means[row[side]], ranked.min()):
            found.append(f"{row[side]} has not the lowest {loss} of the {side} models")
        shown = f"{100 * means[row[side]]:.1f}%" if loss == "zero_one" else f"{means[row[side]]:.3f}"
        if row[side] not in text or shown not in text:
            found.append(f"{row[side]} with {shown} is not in the sentence")
    if f"at {meta['n_rows']:,} rows".replace(",", "\u202f") not in text:
        found.append("the number of rows is not in the sentence")
    ahead = re.match(r"The (\w+) family (wins|is better)", text)
    p_equal, side = row["p_equal"], "generative" if row["difference"] < 0 else "discriminative"
    excluded = row["lower"] > 0 or row["upper"] < 0
    if text.startswith("Practically equal"):
        right = p_equal >= 0.95
    elif text.startswith("Cannot tell"):
        right = not excluded and p_equal < 0.95
    else:
        sure = row[f"p_{side}"] >= 0.95
        right = ahead and ahead[1] == side and excluded and (ahead[2] == "wins") == sure
        told = re.search(rf"a difference of {NUMBER}{UNIT} \(95% interval {NUMBER} to {NUMBER}", text)
        ends = sorted(abs(row[end]) for end in ("lower", "upper"))
        numbers = [abs(row["difference"]), *ends]
        if not told or not all(near(value(t), v, loss) for t, v in zip(told.groups(), numbers, strict=True)):
            found.append("the difference of the sentence is not that of the table")
    return found if right else [*found, f"the outcome does not follow: {text[:60]}"]


def _probabilities(told, row):
    same = all(np.isclose(told[side], row[f"p_{side}"]) for side in ("generative", "equal", "discriminative"))
    return [] if same and np.isclose(sum(told.values()), 1) else ["the bar is not the row of the table"]


def _why(text, row, tables, _):
    found = []
    part = re.search(
        rf"The larger part of their difference in ([\w\- ]+) at {NUMBER} training rows is (bias|variance): (.+?) has "
        rf"{NUMBER}{UNIT} more \(standard error {NUMBER}",
        text,
    )
    if part:
        loss, size, larger, worse, more, error = part.groups()
        loss, size = NAMES[loss], value(size)
        gaps = tables["decomposition_differences"]
        gaps = gaps[(gaps["generative"] == row["generative"]) & (gaps["discriminative"] == row["discriminative"])]
        at = gaps[(gaps["loss"] == loss) & (gaps["n_train"] == size)].drop_duplicates("term").set_index("term")
        if not {"bias", "variance"} <= set(at.index):
            return [f"{size:.0f} training rows are not in the table"]
        sign = 1 if worse == row["generative"] else -1
        parts = {name: sign * at["difference"][name] for name in ("bias", "variance")}
        measured = tables["decomposition"]
        measured = measured[measured["basis"] == MEASURED]
        if size not in set(measured["n_train"]):
            found.append(f"{size:.0f} training rows were not measured")
        if max(parts, key=parts.get) != larger or parts[larger] <= 1.96 * at["se"][larger]:
            found.append(f"{larger} is not the larger part, or not shown")
        if sum(parts.values()) <= 0 or sign * row["difference"] <= 0:
            found.append(f"{worse} is not the worse one")
        if not near(value(more), parts[larger], loss) or not near(value(error), at["se"][larger], loss):
            found.append("the part is not that of the table")
    for name, model in re.findall(r"The assumption of (.+?) costs (.+?) −?\d", text):
        costs = tables["assumptions"].query("assumption == @name and simpler == @model")
        if costs.empty or costs["cost_lower"].iloc[0] <= 0 or model != row["generative"] or row["difference"] < 0:
            found.append(f"the cost of {name} is not shown for {model}")
    return found if part or "assumption" in text else [*found, f"a reason of no known kind: {text}"]


def _flips(text, row, tables, _):
    text, apart, other = text.partition(" For another pair, ")
    if apart:
        rows = tables["crossings"].query("generative != @row.generative or discriminative != @row.discriminative")
        if other.lower() not in set(rows.loc[rows["loss"] == row["loss"], "finding"].str.lower()):
            return [f"no crossing of another pair says so: {other}"]
    told = re.match(r"In ([\w\- ]+): (.)(.*?)( Besides, .*)?$", text)
    finding = told[2].upper() + told[3]
    loss = NAMES[told[1]]
    if told[4]:
        objected = _tried(told[4].removeprefix(" Besides, "), row, tables, loss)
        if [each for each in objected if each != "a crossing with an interval is not told"]:
            return objected
    if re.search("which of .* is better|is ahead by more than noise|^Not measured for", finding):
        return _tried(finding, row, tables, loss)
    both = pd.concat([tables["crossings"].assign(dial="rows"), tables["condition_crossings"]])
    rows = both[(both["loss"] == loss) & (both["finding"].str.lower() == finding.lower())]
    located = rows[rows[["estimate", "lower", "upper"]].notna().all(axis=1)]
    if located.empty:
        return [f"no crossing with an interval says so: {text}"]
    crossing = located.iloc[0]
    names = ["generative", "discriminative"]
    own = (crossing[names] == row[names]).all() and crossing["dial"] == "rows" and loss == row["loss"]
    last = crossing["leader_largest"]
    surely = "generative" if row["upper"] < 0 else "discriminative" if row["lower"] > 0 else ""
    contradicts = own and surely and last in set(row[names]) and last != row[surely]
    return [f"{last} leads with many rows, and {row[surely]} at all of them"] if contradicts else []


def _tried(text, row, tables, loss):
    """What was turned without a change that is located, of the pair of the verdict."""
    dials = pd.concat([tables["crossings"].assign(dial="rows"), tables["condition_crossings"]])
    own = dials[(dials[["generative", "discriminative"]] == row[["generative", "discriminative"]]).all(axis=1)]
    own = own[own["loss"] == loss].drop_duplicates("dial")
    if text.startswith("Not measured"):
        return ["it was measured"] if len(own) else []
    found = []
    known = own[own[["estimate", "lower", "upper"]].notna().all(axis=1)]
    if ((known["lower"] > known["smallest"]) | (known["upper"] < known["largest"])).any():
        found.append("a crossing with an interval is not told")
    for name, places in re.findall(r"(?:^|; )([^;]+?) is ahead by more than noise ([^;]+)", text):
        leads = own[own["estimate"].isna() & own["leaders"].str.lower().str.contains(name.lower(), regex=False)]
        if len(re.findall(r"(?:^|and )(?:at|from|up to) ", places)) > len(leads):
            found.append(f"{name} is ahead along fewer dials")
        if name.lower() == (
            row["generative"] if row["upper"] < 0 else row["discriminative"] if row["lower"] > 0 else ""
        ):
            found.append(f"{name} is ahead in any case")
    changes = text.count("somewhere between")
    told = len(re.findall(r"[(; ][\d%]+ to [\d%]+ ", text.partition("that was tried")[2]))
    if told > own["estimate"].isna().sum() or changes > own["estimate"].notna().sum():
        found.append("more dials are told than were turned")
    return found


def _use(text, row, tables, meta):
    found = []
    goals = {
        "for the fewest errors": "zero_one", "for the best probabilities": "log_loss",
        "for the lowest Brier score": "brier", "for the lowest cost": "cost", "to explain": "form",
        "where entries are missing": "gaps", "where half of the entries are missing": "half",
    }  # fmt: skip
    summary = tables["summary"].query("family != 'baseline'")
    advice = re.match(r"Use (.*?)\.(?: |$)(?=[A-Z]|$)", text)[1]
    for each in re.sub("^none of them .*?(; |$)", "", advice).split("; "):
        for goal, what in goals.items():
            if goal not in each:
                continue
            model = re.split(r" (?:for the|to explain|where entries|where half)", each)[0]
            if what == "half":
                found += _half_missing(model, tables["conditions"], row["loss"])
                continue
            rows = summary[summary["loss"] == (what if what in NAMES.values() else row["loss"])]
            if what == "form":
                rows = rows[rows["form"] == "linear"]
            if what == "gaps":
                rows = rows[rows["model"].isin(meta["takes_gaps"])]
            judged = tables["scores"].merge(rows[["model", "loss"]])
            on_all = judged.pivot_table(index=["repeat", "fold"], columns="model", values="value").dropna().mean()
            if model not in on_all or on_all[model] > on_all.min():
                found.append(f"{model} is not the best {goal}")
    better = re.search(r"In log loss, which judges probabilities, the (\w+) family is better", text)
    by_log_loss = best_pair(tables, "log_loss")
    if better:
        of = by_log_loss.iloc[0]
        if not ((of["upper"] < 0) if better[1] == "generative" else (of["lower"] > 0)):
            found.append("the better probabilities are not shown")
    return found


def _half_missing(model, conditions, loss):
    dials = conditions["dial"].isin(["gaps", "gaps, iterative imputer", "gaps, conditional mean"])
    half = conditions[dials & (conditions["loss"] == loss) & (conditions["value"] == 0.5)]
    half = half[half["family"] != "baseline"]
    plain, named = half[half["dial"] == "gaps"].sort_values("mean").iloc[0], half.loc[half["model"] == model, "mean"]
    within = half["mean"].min() >= plain["mean"] - plain["se"]
    right = model == plain["model"] if within else named.min() == half["mean"].min()
    return [] if right else [f"{model} does not lose least with half of the entries missing"]


def _settle(text, row, _, meta):
    rope = meta["design"]["rope"]
    size, half_width = abs(row["difference"]), (row["upper"] - row["lower"]) / 2
    shrink = [size / half_width, (rope - size) / half_width]  # to exclude zero; to lie within the rope
    needed = meta["n_rows"] / max(shrink) ** 2
    decided = row["upper"] < 0 or row["lower"] > 0 or row["p_equal"] >= 0.95
    if text == "If the difference stayed as it is, 10 times the rows would not settle it.":
        return [] if needed >= 9.99 * meta["n_rows"] and not decided else ["ten times the rows would settle it"]
    told = value(re.search(rf"about {NUMBER} rows", text)[1])
    return [] if abs(told / needed - 1) < 0.06 and not decided else ["the rows that would settle it do not follow"]
