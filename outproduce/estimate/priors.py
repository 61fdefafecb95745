"""Every number the estimate assumes, in one place, each with its reason. Spreads are sds of natural logarithms.

0.1 is about 10 %, 0.25 a factor of 1.3, 0.5 a factor of 1.6, 1 a factor of 2.7. docs/method.md tells how they enter.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Priors:
    """Assumptions of the estimate; replace one with `dataclasses.replace` to see what hangs on it."""

    # Paths of whole parties. A wartime ramp from 0.4 to 2 million shells in two years is 0.07 a month, two such sds;
    # plants take about a year to change pace, so slopes fade by 7 % a month. Their size is searched within 1.6.
    step: float = 0.03
    slope: float = 0.035
    slope_fade: float = 0.93
    walk_log_sd: float = 0.5
    # Shares of parts in wholes wander: a company may double its share in a year and a half.
    share_step: float = 0.08
    # The level at the first month is anybody's guess within a factor of 7 around what is said of that party; so is the
    # share of a part somebody speaks of, within a factor of 4, and that of a maker without a rough share in the pack,
    # which is in a question only because somebody names it. A part of a cover about which nobody says anything has its
    # rough share, within a factor of 2: were it much more, somebody would have mentioned it.
    level: float = 2.0
    share: float = 1.4
    silent: float = 0.7
    silent_share: float = 0.03
    # Where nobody gives any figure the level is anything between one and a million a month.
    unheard: float = 4.2
    unheard_rate: float = 1000.0

    # Figures. `figure`: one count is good to about 30 %, whoever repeats it (same party, figure and year share this
    # error). `own`: what each telling adds. `speaker`: what one speaker's figures on one party have in common.
    # `house`: what one side's speakers say too much or too little of one side's makers. Noise and house are searched.
    figure: float = 0.3
    own: float = 0.2
    speaker: float = 0.2
    house: float = 0.2
    noise_log_sd: float = 0.12
    house_log_sd: float = 0.5
    # `counting`: all counts of one side's output share what is counted as made (refurbished rounds, bodies without
    # filling, mortar rounds): a factor of 1.16 that no number of counts takes away.
    counting: float = 0.15
    # `defined`: all counts of one party share which plants, calibres and stages of work are meant by its output.
    defined: float = 0.2
    # `own_count`: what a party counts of its own finished output is nearer to the books than what others say of it:
    # half of the errors of figure, speaker and house.
    own_count: float = 0.5
    # What the words add: "about"; a figure that the collector doubted (most such take a month for a year, or one thing
    # for another: a factor of 2 to 12); a guessed date.
    vague: float = 0.1
    doubt: float = 1.0
    guessed_date: float = 0.15

    # A capacity stands above the output by a slack that is positive: plants run at 60 to 90 % of it.
    slack: float = 0.25
    slack_log_sd: float = 1.0
    # What "capacity" means to those who speak of one party's (one shift or three, with powder or without) differs, too.
    nameplate: float = 0.3
    # A target stands above what comes of it by a shortfall that is positive and common to all, learnt from the targets
    # that have fallen due; each party has its own on top. `target`: a plan for a year is rougher than a count, and
    # it is one plan, whoever tells of it.
    shortfall: float = 0.2
    shortfall_log_sd: float = 0.7
    own_shortfall: float = 0.35
    target: float = 0.35

    # Ratios. Officials' ratios are round and rhetorical: a speaker who repeats one shares its error of a factor 1.6.
    ratio: float = 0.2
    repeated_ratio: float = 0.5
    # "More than" without a figure: sure only of differences well beyond 35 %, and now and then simply wrong.
    sign: float = 0.3
    equal: float = 0.3
    lapse: float = 0.1
    # One step up the item tree: what "ammunition" means to a speaker may differ from shells by a factor of 1.6. Two
    # steps up ("weapons") a word says nothing about the item.
    meaning: float = 0.5
    far: int = 1
    # A narrower item that stands for the wider one is most of it: about 15 % are missing.
    missing: float = 0.15
    missing_log_sd: float = 0.8
    # One named type is a part of its item, and how much of it nobody says: a half, or a twentieth, or nearly all.
    variant: float = 0.7
    variant_log_sd: float = 0.9

    # Heavy tails: one figure in a few dozens is garbled (a month for a year, bodies for rounds). With these and the
    # spreads of figures, 80 % intervals of hidden claims hold 77 to 78 % of them (benchmarks/held_out.py).
    freedom: float = 3.0
    # Months estimated before the last one asked, and beyond it where targets reach there.
    look_back: int = 72
    look_ahead: int = 12
    # Fits spent on the search over the scales, and joint samples behind every interval and probability.
    tries: int = 16
    draws: int = 600
