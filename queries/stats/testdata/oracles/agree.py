"""Holds `hulian analyze` against independent programs on random designs, and prints how far the two are apart.

Every design is written as a case (a CSV and a JSON with method and options), run by the binary and by a package of other
authors: diff-diff (difference in differences), synthdid-py (synthetic control and synthetic difference in differences) and
honestdid (sensitivity). .ci/oracles makes the environment; nothing of hulian depends on it.

    agree.py HULIAN [--designs 100] [--seed 1] [--keep FOLDER] [--only KIND] [--why]

Exit status: 0 all quantities agree within their tolerance, 1 some do not, 2 a package is missing.
"""

import argparse
import collections
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

missing = []
try:
    import numpy as np
    import pandas as pd
except ImportError:
    missing.append("numpy and pandas")
try:
    import diff_diff
except ImportError:
    missing.append("diff-diff")
try:
    import synthdid
except ImportError:
    missing.append("synthdid-py")
try:
    import cvxpy  # honestdid depends on it
    import honestdid.core
except ImportError:
    missing.append("honestdid")
if missing:
    print("missing in this Python environment: " + ", ".join(missing) + "; .ci/oracles installs them", file=sys.stderr)
    sys.exit(2)

warnings.simplefilter("ignore")

# What counts as the same. Regression has a closed form; a logit stops somewhere; Frank-Wolfe and a simulated normal are no surer than
# this. A difference is set against the larger of the oracle's number and, of an effect, its standard error: an effect of 0 has no
# relative difference.
TOLERANCE = {
    "callaway reg": 1e-7, "callaway ipw": 1e-4, "callaway dr": 1e-4, "callaway weights": 1e-4, "callaway unbalanced": 1e-4,
    "callaway cross-sections": 1e-4, "two by two": 1e-7, "synthetic control": 1e-3, "synthetic did": 1e-4, "honest": 1e-2,
}


def known(x):
    return x is not None and isinstance(x, (int, float, np.floating, np.integer)) and math.isfinite(x)


class Tally:
    """Largest differences of one quantity of one method."""

    def __init__(self):
        self.numbers = self.ours_alone = self.theirs_alone = 0
        self.absolute = self.relative = 0.0
        self.worst = ""

    def add(self, ours, theirs, size, design):
        if not known(ours) and not known(theirs):
            return
        if not known(ours):
            self.theirs_alone += 1
            return
        if not known(theirs):
            self.ours_alone += 1
            return
        self.numbers += 1
        gap = abs(ours - theirs)
        relative = gap / max(abs(theirs), size, 1e-9)
        self.absolute = max(self.absolute, gap)
        if relative > self.relative:
            self.relative, self.worst = relative, design


class Run:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, pathlib.Path(folder)
        self.tallies = collections.OrderedDict()
        self.designs = collections.Counter()
        self.refused = collections.defaultdict(lambda: [0, 0])
        self.reasons = []

    def analyze(self, name, method, frame, options):
        """Writes a case and gives the document that the binary makes of it; None where it refuses."""
        frame.to_csv(self.folder / f"{name}.csv", index=False, float_format="%.17g")
        case = {"case": name, "method": method, "input": {"file": f"{name}.csv", "rows": len(frame), "columns": {c: c for c in frame.columns if c not in ("w", "x1", "x2")}},
                "runs": [{"id": "random", "options": options, "expected": {}}]}
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(case, indent=1))
        done = subprocess.run([self.binary, "analyze", "--case", str(path), "--format", "json"], capture_output=True, text=True, env={**os.environ, "GOMAXPROCS": "1"})
        if done.returncode != 0:
            return None, done.stderr.strip()
        return json.loads(done.stdout), ""

    def begin(self, group, name, ours, why, theirs, whynot):
        """Counts a design and who refused it whole."""
        self.designs[group] += 1
        if ours is None:
            self.refused[group][0] += 1
            self.reasons.append((name, "ours", why))
        if theirs is None:
            self.refused[group][1] += 1
            self.reasons.append((name, "oracle", whynot))
        return ours is not None and theirs is not None

    def compare(self, group, quantity, ours, theirs, design, size=0.0):
        self.tallies.setdefault((group, quantity), Tally()).add(ours, theirs, size if known(size) else 0.0, design)


def attempt(f):
    try:
        return f(), ""
    except Exception as e:  # whatever the oracle raises is its refusal
        return None, f"{type(e).__name__}: {e}"


# --- staggered starts -------------------------------------------------------------------------------------------------------

def starts(rng, kind):
    few = rng.random() < 0.35
    units, periods = int(rng.integers(14, 31) if few else rng.integers(60, 201)), int(rng.integers(4, 9))
    firsts = [int(x) for x in rng.choice(np.arange(2, periods + 1), size=int(rng.integers(1, min(4, periods - 1) + 1)), replace=False)]
    never = rng.random() > 0.2 or len(firsts) == 1
    covariates = {"callaway reg": int(rng.integers(0, 3)), "callaway weights": int(rng.integers(0, 2))}.get(kind, 1 if few else int(rng.integers(1, 3)))
    rows = []
    for u in range(units):
        # Covariates move who starts and how outcomes go on, as far as both arms have some of every kind.
        x = rng.normal(size=2)
        of = ([0] if never else []) + firsts
        first = of[int(rng.integers(0, len(of)))]
        if first and x[0] < -0.8 and never and rng.random() < 0.4:
            first = 0
        level, weight = rng.normal(), float(rng.uniform(0.5, 3))
        for t in range(1, periods + 1):
            y = level + 0.1 * t + 0.15 * t * x[0] - 0.1 * t * x[1] + rng.normal()
            if first and t >= first:
                y += 0.5 + 0.1 * (t - first)
            rows.append((u + 1, t, y, first, x[0], x[1], weight))
    frame = pd.DataFrame(rows, columns=["id", "time", "y", "first_treat", "x1", "x2", "w"])
    return frame, ["x1", "x2"][:covariates], never


def cell(frame, at, control, base, anticipation):
    """The rows of a group, a period and its base, with who is treated and who is later."""
    group, t = at
    b = group - 1 - anticipation if base == "universal" or t >= group - anticipation else t - 1
    first = frame["first_treat"]
    others = (first == 0) | ((first > max(t, b) + anticipation) & (first != group) if control == "notyettreated" else False)
    return frame[((first == group) | others) & frame["time"].isin([b, t])], b


def published_dr(frame, covariates, at, control, base, anticipation, weight):
    """Sant'Anna & Zhao 2020, equation 2.5 with weights normed to 1, as DRDID::drdid_panel."""
    rows, b = cell(frame, at, control, base, anticipation)
    if at[1] == b:
        return None
    wide = rows.pivot(index="id", columns="time", values="y").dropna()
    if b not in wide:
        return None
    units = rows.drop_duplicates("id").set_index("id").loc[wide.index]
    d, change = (units["first_treat"] == at[0]).to_numpy(float), (wide[at[1]] - wide[b]).to_numpy()
    w = units[weight].to_numpy() if weight else np.ones(len(d))
    x = np.column_stack([np.ones(len(d))] + [units[c] for c in covariates])
    coefficients = np.zeros(x.shape[1])
    for _ in range(60):  # Newton's method for the logit
        p = 1 / (1 + np.exp(-np.clip(x @ coefficients, -30, 30)))
        step = np.linalg.lstsq((x * (w * p * (1 - p))[:, None]).T @ x, x.T @ (w * (d - p)), rcond=None)[0]
        coefficients = coefficients + step
    p = 1 / (1 + np.exp(-np.clip(x @ coefficients, -30, 30)))
    if d.sum() < 1 or p.max() > 0.995:
        return None
    root = np.sqrt(w[d == 0])
    fitted = x @ np.linalg.lstsq(x[d == 0] * root[:, None], change[d == 0] * root, rcond=None)[0]
    odds, left = w * (1 - d) * p / (1 - p), change - fitted
    return float(np.average(left[d == 1], weights=w[d == 1]) - np.average(left, weights=odds))


def published_reg_error(frame, covariates, at, control, base, anticipation):
    """The influence function of DRDID::reg_did_rc, summed by unit; divisor the units of the cell."""
    rows, b = cell(frame, at, control, base, anticipation)
    if at[1] == b:
        return None
    if b not in set(rows["time"]):
        return None
    d, later, y, n = (rows["first_treat"] == at[0]).to_numpy(float), (rows["time"] == at[1]).to_numpy(float), rows["y"].to_numpy(), len(rows)
    x = np.column_stack([np.ones(n)] + [rows[c] for c in covariates])

    def fitted(which):
        out = x @ np.linalg.lstsq(x[which], y[which], rcond=None)[0]
        return out, ((y - out) * which)[:, None] * x @ np.linalg.inv((x * which[:, None]).T @ x / n)
    try:
        (before, by_before), (after, by_after) = fitted((d == 0) & (later == 0)), fitted((d == 0) & (later == 1))
    except np.linalg.LinAlgError:
        return None
    influence = np.zeros(n)
    for w, sign in ((d * later, 1.0), (d * (1 - later), -1.0)):
        influence += sign * w * (y - (w * y).mean() / w.mean()) / w.mean()
    moved = d * (after - before)
    influence -= (moved - d * moved.mean() / d.mean() + (by_after - by_before) @ (d[:, None] * x).mean(axis=0)) / d.mean()
    return float(np.sqrt((pd.Series(influence).groupby(rows["id"].to_numpy()).sum() ** 2).sum()) / n)


def callaway(run, rng, kind, name):
    frame, covariates, never = starts(rng, kind)
    method = {"callaway reg": "reg", "callaway ipw": "ipw", "callaway dr": "dr"}.get(kind) or str(rng.choice(["reg", "dr", "ipw"]))
    control = "nevertreated" if never and rng.random() < 0.5 else "notyettreated"
    base, anticipation = str(rng.choice(["varying", "universal"])), int(rng.random() < 0.2)
    options = {"method": method, "control": control, "base": base, "draws": 0, "anticipation": anticipation}
    survey, panel = None, True
    if kind == "callaway unbalanced":
        frame = frame[rng.random(len(frame)) > 0.07].reset_index(drop=True)
        options["allow_unbalanced_panel"] = True
    if kind == "callaway cross-sections":
        frame["id"] = np.arange(len(frame)) + 1
        options["panel"], panel = False, False
    if covariates:
        options["covariates"] = covariates
    if kind == "callaway weights":
        options["weight"], survey = "w", diff_diff.SurveyDesign(weights="w")
    columns = ["id", "time", "y", "first_treat"] + covariates + (["w"] if survey else [])
    ours, why = run.analyze(name, "callaway_santanna_covariates", frame[columns], options)
    if ours is not None and ours.get("att_gt") is None:
        ours, why = None, str(ours.get("warnings") or "no effect")
    theirs, whynot = attempt(lambda: diff_diff.CallawaySantAnna(
        control_group={"nevertreated": "never_treated", "notyettreated": "not_yet_treated"}[control], estimation_method=method, base_period=base, anticipation=anticipation,
        panel=panel, allow_unbalanced_panel=kind == "callaway unbalanced", pscore_trim=1e-9, epv_threshold=1e-9,
    ).fit(frame, "y", "id", "time", "first_treat", covariates=covariates or None, aggregate="all", survey_design=survey))
    if not run.begin(kind, name, ours, why, theirs, whynot):
        return
    # diff-diff multiplies errors of clustered rows by G/(G-1), we have divisor n, as the R package did has.
    factor = 1.0
    if kind == "callaway unbalanced":
        units = frame["id"].nunique()
        factor = math.sqrt((units - 1) / units)
    cells = {(int(g), int(t)): (e["effect"], e["se"] * factor) for (g, t), e in theirs.group_time_effects.items()}
    mine = {(int(r[0]), int(r[1])): (r[2], r[3]) for r in ours["att_gt"]}
    # Without never treated units the last cohort is the comparison: the R package did and we give it no effects of its own, diff-diff
    # gives it those before its start.
    last = 0 if never else frame["first_treat"].max()
    alike = True
    for at in sorted(set(cells) | set(mine)):
        a, b = mine.get(at, (None, None)), cells.get(at, (None, None))
        if at not in cells and a[0] == 0 or at not in mine and b[0] == 0:
            continue  # the base period itself, 0 by definition, which one of the two lists
        if at[0] == last and at not in mine:
            alike = False
            continue
        alike = alike and known(a[0]) == known(b[0])
        # Doubly robust diff-diff divides the correction by the number of treated, DRDID (R) and we by the sum of the weights (Hajek):
        # with covariates the published formula is computed here and stands for it.
        if covariates and (method == "dr" and kind in ("callaway dr", "callaway weights")):
            by_hand = published_dr(frame, covariates, at, control, base, anticipation, "w" if survey else None)
            run.compare(kind, "effect by group and time, formula", a[0], by_hand, name, b[1])
            run.compare(kind, "effect by group and time, diff-diff (other norming)", a[0], b[0], name, b[1])
            run.compare(kind, "its standard error (other norming)", a[1], b[1], name)
            continue
        run.compare(kind, "effect by group and time", a[0], b[0], name, b[1])
        # Of cross-sections by regression diff-diff leaves a part of the error of the fitted means out: the published one is computed.
        if covariates and method == "reg" and kind in ("callaway cross-sections", "callaway unbalanced"):
            run.compare(kind, "its standard error, formula", a[1], published_reg_error(frame, covariates, at, control, base, anticipation), name)
            continue
        run.compare(kind, "its standard error", a[1], b[1], name)
    if not alike or covariates and (method == "dr" or method == "reg" and kind in ("callaway cross-sections", "callaway unbalanced")):
        return  # means of cells that differ by definition differ too
    if anticipation == 0:  # else diff-diff counts the periods of anticipation in
        run.compare(kind, "overall effect", ours["simple"]["att"], theirs.overall_att, name, theirs.overall_se)
        run.compare(kind, "its error", ours["simple"]["se"], theirs.overall_se * factor, name)
        for g, att, se in (r[:3] for r in ours["group"]["rows"]):
            if theirs.group_effects and g in theirs.group_effects:
                run.compare(kind, "by start", att, theirs.group_effects[g]["effect"], name, theirs.group_effects[g]["se"])
    events = {int(e): v for e, v in (theirs.event_study_effects or {}).items()}
    for e, att, se in (r[:3] for r in ours["dynamic"]["rows"]):
        if e in events and known(events[e]["se"]):
            run.compare(kind, "event study", att, events[e]["effect"], name, events[e]["se"])
            run.compare(kind, "its errors", se, events[e]["se"] * factor, name)


# --- two by two -------------------------------------------------------------------------------------------------------------

def two_by_two(run, rng, kind, name):
    followed = rng.random() < 0.5
    treated, control = (int(rng.integers(3, 40)), int(rng.integers(4, 60)))
    rows, at = [], 0
    for d, n in ((1, treated), (0, control)):
        for _ in range(n):
            level = rng.normal()
            for post in (0, 1):
                at += 0 if followed and post else 1
                rows.append((at, d, post, (level if followed else rng.normal()) + 0.3 * post + 0.8 * d * post + rng.normal()))
    frame = pd.DataFrame(rows, columns=["id", "treated", "post", "y"])
    ours, why = run.analyze(name, "did_2x2", frame, {"repeated_cross_section": not followed})

    def fit():
        of = lambda **more: diff_diff.DifferenceInDifferences(**more).fit(frame, "y", "treated", "post")
        return {"ols": of(vcov_type="classical"), "hc1": of(vcov_type="hc1"), "cluster_cr1": of(vcov_type="hc1", cluster="id") if followed else None}
    theirs, whynot = attempt(fit)
    if not run.begin(kind, name, ours, why, theirs, whynot):
        return
    run.compare(kind, "effect", ours["estimate"], theirs["ols"].att, name, theirs["ols"].se)
    for key, of in theirs.items():
        if of is not None:
            run.compare(kind, f"{key} standard error", ours.get(f"se_{key}"), of.se, name)


# --- synthetic control and synthetic difference in differences --------------------------------------------------------------

def factors(rng, units, periods):
    """A panel that moves with two factors: what these methods are for."""
    return rng.normal(size=(units, 2)) @ (rng.normal(size=(2, periods)).cumsum(axis=1) * 0.5) + rng.normal(size=(units, 1)) * 2 + rng.normal(size=(units, periods)) * 0.5 + 10


def optimum(a, b, ridge, intercept):
    """The weights of 0 or more and of sum 1 with the least mean square of a w - b plus ridge, by an interior-point solver."""
    w, constant = cvxpy.Variable(a.shape[1]), cvxpy.Variable()
    left = a @ w - b + (constant if intercept else 0)
    cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(left) + ridge * cvxpy.sum_squares(w)), [w >= 0, cvxpy.sum(w) == 1]).solve(
        solver="CLARABEL", tol_gap_abs=1e-14, tol_gap_rel=1e-14, tol_feas=1e-12)
    return w.value


# Frank-Wolfe, without rounding small weights away and with more steps than usual; it stops short of the optimum still, so that the
# optimum by an interior-point solver stands beside it.
STILL = dict(min_decrease=1e-7, max_iter=6_000, max_iter_pre_sparsify=6_000, sparsify=None)


def long(y, treated_from):
    rows = [(f"u{i:03d}", t + 1, int(first is not None and t >= first), v) for i, (series, first) in enumerate(zip(y, treated_from)) for t, v in enumerate(series)]
    return pd.DataFrame(rows, columns=["id", "time", "treated", "y"])


def synthetic_control(run, rng, kind, name):
    n0, t0, t1 = int(rng.integers(6, 40)), int(rng.integers(5, 25)), int(rng.integers(1, 10))
    y = factors(rng, n0 + 1, t0 + t1)
    y[-1] = y[:n0].T @ rng.dirichlet(np.ones(n0)) + rng.normal(size=t0 + t1) * 0.3
    y[-1, t0:] += 1
    frame = long(y, [None] * n0 + [t0])
    ours, why = run.analyze(name, "synthetic_control", frame, {})
    theirs, whynot = attempt(lambda: synthdid.sc_estimate(y, n0, t0, **STILL))
    if run.begin(kind, name, ours, why, theirs, whynot):
        unique = ours.get("unique_weights", True)
        spread = float(np.std(y[:, :t0]))
        if unique:  # else every optimum has an effect of its own
            exact = optimum(y[:n0, :t0].T, y[-1, :t0], 0, False)
            run.compare(kind, "effect, exact optimum (cvxpy)", ours["att_post_mean"], float((y[-1, t0:] - exact @ y[:n0, t0:]).mean()), name, spread)
            run.compare(kind, "effect", ours["att_post_mean"], float(theirs), name, spread)
            mine = {r[0]: r[1] for r in ours["weights"]}
            for i, w in enumerate(theirs.weights.omega):
                run.compare(kind, "weights, exact optimum (cvxpy)", mine.get(f"u{i:03d}", 0.0), float(exact[i]), name, 1.0)
                run.compare(kind, "weights", mine.get(f"u{i:03d}", 0.0), float(w), name, 1.0)
        fit = lambda w: math.sqrt(np.mean((y[-1, :t0] - w @ y[:n0, :t0]) ** 2))
        run.compare(kind, "misfit before", ours["pre_rmspe"], fit(np.asarray(theirs.weights.omega)), name, spread)


def synthetic_did(run, rng, kind, name):
    n0, t = int(rng.integers(8, 40)), int(rng.integers(8, 24))
    cohorts = int(rng.choice([1, 1, 2, 3]))
    firsts = sorted(int(x) for x in rng.choice(np.arange(4, t - 1), size=cohorts, replace=False))
    treated_from = [None] * n0 + [f for f in firsts for _ in range(int(rng.integers(1, 4)))]
    y = factors(rng, len(treated_from), t)
    for i, first in enumerate(treated_from):
        if first is not None:
            y[i, first:] += 1
    frame = long(y, treated_from)
    ours, why = run.analyze(name, "synthetic_did", frame, {"draws": 2})
    theirs, whynot = attempt(lambda: synthdid.staggered_synthdid_estimate(frame, unit="id", time="time", outcome="y", treatment="treated", **STILL))
    if not run.begin(kind, name, ours, why, theirs, whynot):
        return
    spread = float(np.std(y[:n0]))
    run.compare(kind, "effect", ours["att"], float(theirs.att), name, spread)
    mine = {int(r[0]): r for r in ours["rows"]}
    for at, e in theirs.estimates.items():
        run.compare(kind, "by start", mine[int(at)][4], float(e), name, spread)
        treated = y[[i for i, first in enumerate(treated_from) if first == int(at) - 1]].mean(axis=0)
        t0, t1, zeta = int(at) - 1, t - int(at) + 1, float(e.opts["zeta_omega"])
        unit = optimum(y[:n0, :t0].T, treated[:t0], zeta ** 2 * t0, True)
        period = optimum(y[:n0, :t0], y[:n0, t0:].mean(axis=1), float(e.opts["zeta_lambda"]) ** 2 * n0, True)
        gaps = treated - unit @ y[:n0]
        run.compare(kind, "by start, exact optimum (cvxpy)", mine[int(at)][4], float(gaps[t0:].mean() - period @ gaps[:t0]), name, spread)
        run.compare(kind, "ridge", mine[int(at)][6], float(e.opts["zeta_omega"]), name)


# --- sensitivity ------------------------------------------------------------------------------------------------------------

def quicken():
    """Lets honestdid answer in seconds instead of minutes.

    At every step of its search for the shortest interval it draws a million normals for a quantile of |N(mu, sd)| that scipy gives exactly.
    The search starts from a least variance: with SCS that is too coarse, the search fails, and a thousand programs are solved in its place.
    ECOS, which it asks for first, is therefore in requirements.txt.
    """
    from scipy import stats
    honestdid.core._qfoldednormal = lambda p, mu=0.0, sd=1.0, **_: stats.foldnorm.ppf(p, np.abs(mu) / sd, scale=sd)


def honest(run, rng, kind, name):
    # honestdid's set by inversion is asked of small designs, on a coarse grid. Where its bisection for the fixed-length interval fails, as
    # it may with two periods before, it solves a thousand programs instead: some twenty seconds of a processor.
    small = rng.random() < 0.25
    pre, post = (2, 1) if small else (int(rng.integers(2, 5)), int(rng.integers(1, 4)))
    n = pre + post
    beta = np.concatenate([rng.normal(size=pre) * 0.02, 0.1 + rng.normal(size=post) * 0.03])
    a = rng.normal(size=(n, n)) * 0.01
    cov = a @ a.T + np.eye(n) * 0.015 ** 2 + 0.01 ** 2  # a reference period that all share
    weights = np.zeros(post)
    weights[0] = 1
    if rng.random() < 0.5:
        weights = np.ones(post) / post
    frame = pd.DataFrame({"time": list(range(-pre - 1, -1)) + list(range(post)), "role": ["pre"] * pre + ["post"] * post, "beta": beta})
    for j in range(n):
        frame[f"v{j + 1}"] = cov[:, j]
    ms, mbars, grid, width = [0.0, 0.02], [1.0], 41, 10
    ours, why = run.analyze(name, "honest_did", frame, {"l": weights.tolist(), "n_pre": pre, "n_post": post, "m": ms, "mbar": mbars, "grid_points": grid, "grid_width": width, "draws": 1000})

    def fit():
        se = math.sqrt(weights @ cov[pre:, pre:] @ weights)
        return ([honestdid.find_optimal_flci(beta, cov, M=m, numPrePeriods=pre, numPostPeriods=post, l_vec=weights, numPoints=30)["FLCI"] for m in ms],
                honestdid.createSensitivityResults_relativeMagnitudes(beta, cov, pre, post, Mbarvec=mbars, l_vec=weights, gridPoints=grid, grid_lb=-width * se, grid_ub=width * se) if small else None,
                se)
    theirs, whynot = attempt(fit)
    if not run.begin(kind, name, ours, why, theirs, whynot):
        return
    smooth, relative, se = theirs
    for m, (low, high) in zip(ms, smooth):
        mine = next((r for r in ours["smoothness"]["flci"] if abs(r[0] - m) < 1e-12), [m, None, None])
        run.compare(kind, "fixed-length interval, in its length", mine[1] and mine[1] / (high - low), float(low) / (high - low), name, 1.0)
        run.compare(kind, "fixed-length interval, in its length", mine[2] and mine[2] / (high - low), float(high) / (high - low), name, 1.0)
    step = 2 * width * se / (grid - 1)
    for m, row in zip(mbars, relative.itertuples() if relative is not None else []):
        mine = next((r for r in ours["relative_magnitudes"]["c_lf"] if abs(r[0] - m) < 1e-12), [m, None, None])
        for at, end in ((1, row.lb), (2, row.ub)):
            run.compare(kind, "c-lf set, in steps of its grid", None if mine[at] is None else mine[at] / step, float(end) / step, name, 1.0)


KINDS = [("callaway reg", callaway, 10), ("callaway ipw", callaway, 10), ("callaway dr", callaway, 10), ("callaway weights", callaway, 8), ("callaway unbalanced", callaway, 7),
         ("callaway cross-sections", callaway, 5), ("two by two", two_by_two, 14), ("synthetic control", synthetic_control, 12), ("synthetic did", synthetic_did, 12), ("honest", honest, 12)]

# Quantities that come from simulation or a grid: told, with a tolerance of their own in the unit of the table.
LOOSE = {("callaway dr", "effect by group and time, diff-diff (other norming)"): 0.05, ("callaway dr", "its standard error (other norming)"): 0.05,
         ("synthetic control", "effect"): 5e-3, ("synthetic did", "by start"): 5e-3, ("synthetic did", "effect"): 5e-3, ("honest", "c-lf set, in steps of its grid"): 3.0, ("synthetic control", "weights"): 1e-2}


def told(run, kind):
    """Prints the rows of a kind of design, and gives what is apart by more than its tolerance."""
    failed, head = [], f"{kind} | {run.designs[kind]} | {run.refused[kind][0]} / {run.refused[kind][1]}"
    for (of, quantity), t in run.tallies.items():
        if of != kind:
            continue
        print(f"| {head} | {quantity} | {t.numbers} | {t.absolute:.1e} | {t.relative:.1e} | {t.ours_alone} / {t.theirs_alone} |", flush=True)
        head = " |  | "
        if t.relative > LOOSE.get((kind, quantity), TOLERANCE[kind]):
            failed.append(f"{kind}, {quantity}: {t.relative:.1e} in design {t.worst}")
    if head.startswith(kind):
        print(f"| {head} | | 0 | | | |", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hulian")
    parser.add_argument("--designs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder for the case files; default: a temporary one")
    parser.add_argument("--only", action="append", help="one kind of design")
    parser.add_argument("--why", action="store_true", help="print why a design was refused")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or temporary
        os.makedirs(folder, exist_ok=True)
        run = Run(os.path.abspath(asked.hulian), folder)
        usual = sum(n for _, _, n in KINDS)
        # Rows are printed as soon as a kind is done: sensitivity takes long, and what stands before it is kept if that is cut short.
        print("| method | designs | refused whole: ours / oracle | quantity | numbers | largest difference | relative | known to ours alone / oracle alone |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        failed = []
        quicken()
        for k, (kind, make, share) in enumerate(KINDS):
            if asked.only and kind not in asked.only:
                continue
            began = time.time()
            designs = max(1, round(share * asked.designs / usual))
            for i in range(designs):
                make(run, np.random.default_rng([asked.seed, k, i]), kind, f"{kind.replace(' ', '_')}_{i + 1:03d}")
                print(f"\r{kind}: {i + 1} of {designs}, {time.time() - began:.0f} s", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
            failed += told(run, kind)
    if asked.why:
        for name, who, why in run.reasons:
            print(f"{name}: {who}: {why[:300]}", file=sys.stderr)
    if failed:
        print("apart by more than the tolerance:", *failed, sep="\n  ", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
