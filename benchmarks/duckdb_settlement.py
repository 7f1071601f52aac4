"""The peer of the benchmark: the rules of settlement.md as SQL for DuckDB, Parquet to Parquet.

Written to be quick: device points become integers first; one window pass over the known instants; measured slots come
straight from it and only gaps are expanded; exchanges touch only the series that have one. Where a look at the rows
allows a shorter way (no doubly delivered instants, no implausible step), it is taken. Findings are not written (the
peer does less), holds and several service periods of one point do not occur in the benchmark's input.
"""

from datetime import date
from pathlib import Path

import duckdb

M = 100_000_000

SPANS = """
CREATE TEMP TABLE spans AS
WITH series AS (
    SELECT *, unnest(CASE WHEN pattern = 2 THEN [0] WHEN directions = '01' THEN [0, 1] ELSE [directions::INT] END)
        AS direction
    FROM read_parquet('{register}')
)
SELECT (row_number() OVER (ORDER BY device_point_number, direction) - 1)::INTEGER AS span,
    device_point_number, direction::UTINYINT AS direction, directions, premises_number, pattern, meter_id,
    (dense_rank() OVER (ORDER BY premises_number) - 1)::INTEGER AS premises,
    (rated_kw::DECIMAL(12, 3) * 1000)::BIGINT * 6 // 10 AS cap,
    least(1488, 99999999 * 2 // (rated_kw::DECIMAL(12, 3) * 1000)::BIGINT) AS flat_max,
    (epoch_us(service_from) // 1800000000)::INTEGER AS begins,
    coalesce((epoch_us(service_to) // 1800000000)::INTEGER, 2000000000) AS ends
FROM series;

CREATE TEMP TABLE exchanges AS
SELECT span, ((epoch_us(exchanged_at) + 1799999999) // 1800000000)::INTEGER AS t, new_meter_id,
    sum(coalesce(old_register_wh - new_register_wh, 0)) OVER w AS carried,
    sum((old_register_wh IS NULL OR new_register_wh IS NULL)::INT) OVER w AS breaks, count(*) OVER w AS exchanges
FROM (
    SELECT x.*, row_number() OVER (PARTITION BY device_point_number, direction, exchanged_at ORDER BY file_row_number DESC) AS nth
    FROM read_parquet('{exchanges}', file_row_number = true) x
) x JOIN spans USING (device_point_number, direction)
WHERE nth = 1 AND exchanged_at > make_timestamp(begins::BIGINT * 1800000000)
WINDOW w AS (PARTITION BY span ORDER BY exchanged_at);

CREATE TEMP TABLE fills AS
SELECT span, kind, t, value_wh FROM (
    SELECT span, kind, (epoch_us("at") // 1800000000)::INTEGER AS t, value_wh, begins, ends,
        row_number() OVER (PARTITION BY span, kind, "at" ORDER BY file_row_number DESC) AS nth
    FROM read_parquet('{gapfill}', file_row_number = true) JOIN spans USING (device_point_number, direction)
    WHERE pattern = 1
) WHERE nth = 1 AND t BETWEEN begins AND ends;
"""

KNOWN = """
CREATE TEMP TABLE measured AS
WITH usable AS (
    SELECT span, (epoch_us(read_at) // 1800000000)::INTEGER AS t, register_wh::BIGINT AS w, r.meter_id AS named,
        s.meter_id AS registered, begins, ends, file_row_number AS nth
    FROM read_parquet('{readings}', file_row_number = true) r JOIN spans s USING (device_point_number, direction)
    WHERE (status IS NULL OR status = '') AND register_wh BETWEEN 0 AND 99999999
), plain AS (
    SELECT span, t, w AS v, nth, 0 AS breaks, 0 AS exchanges FROM usable
    WHERE t BETWEEN begins AND ends AND coalesce(registered = named OR named = '' OR registered = '', true)
        AND span NOT IN (SELECT span FROM exchanges)
), bridged AS (
    SELECT u.span, u.t, (w + coalesce(carried, 0)) % {M} AS v, nth, coalesce(x.breaks, 0) AS breaks,
        coalesce(x.exchanges, 0) AS exchanges
    FROM (SELECT * FROM usable WHERE span IN (SELECT span FROM exchanges)) u
        ASOF LEFT JOIN exchanges x ON u.span = x.span AND u.t >= x.t
    WHERE u.t BETWEEN begins AND ends
        AND coalesce(coalesce(new_meter_id, registered) = named OR named = '', true)
)
SELECT span, t, CASE WHEN v < 0 THEN v + {M} ELSE v END AS v, nth, breaks::INT AS breaks, exchanges::INT AS exchanges
FROM (FROM plain UNION ALL FROM bridged);
"""

STAND_INS = """
CREATE TEMP TABLE stand_ins AS
SELECT f.span, f.t, (((f.value_wh + coalesce(carried, 0)) % {M}) + {M}) % {M} AS v,
    coalesce(x.breaks, 0)::INT AS breaks, coalesce(x.exchanges, 0)::INT AS exchanges
FROM fills f ASOF LEFT JOIN exchanges x ON f.span = x.span AND f.t >= x.t
WHERE kind = 'C' AND value_wh BETWEEN 0 AND 99999999
    AND NOT EXISTS (SELECT 1 FROM measured m WHERE m.span = f.span AND m.t = f.t);
"""

STEPS = """
CREATE OR REPLACE TEMP TABLE steps AS
WITH known AS (
    SELECT span, t, v, true AS is_measured, breaks, exchanges FROM measured
    UNION ALL SELECT span, t, v, false, breaks, exchanges FROM stand_ins
), stepped AS (
    SELECT span, t, v, is_measured, exchanges, breaks, lag(t) OVER w AS t0, lag(v) OVER w AS v0,
        lag(is_measured) OVER w AS is_measured0, lag(breaks) OVER w AS breaks0, lag(exchanges) OVER w AS exchanges0,
        lead(t) OVER w IS NULL AS is_last
    FROM known WINDOW w AS (PARTITION BY span ORDER BY t)
)
SELECT span, t, t0, is_last, t - t0 AS n, CASE WHEN v < v0 THEN v - v0 + {M} ELSE v - v0 END AS total, breaks = breaks0 AS paired,
    coalesce(breaks = breaks0 AND CASE WHEN v < v0 THEN v - v0 + {M} ELSE v - v0 END <= (t - t0) * cap AND t - t0 <= flat_max, false) AS trusted,
    CASE WHEN NOT (is_measured AND is_measured0) THEN 1 WHEN exchanges <> exchanges0 THEN 5 ELSE 0 END AS quality,
    CASE WHEN pattern = 2 THEN ((v // 100 - v0 // 100) + 1000000) % 1000000 END AS provided,
    pattern, cap, begins, ends
FROM stepped JOIN spans USING (span);
"""

LAST_DELIVERED = """
CREATE OR REPLACE TEMP TABLE measured AS
SELECT span, t, arg_max(v, nth) AS v, max(nth) AS nth, arg_max(breaks, nth) AS breaks,
    arg_max(exchanges, nth) AS exchanges FROM measured GROUP BY span, t;
"""

WITHOUT_SPIKES = """
CREATE OR REPLACE TEMP TABLE measured AS
WITH around AS (
    SELECT m.*, lag(t) OVER w AS ta, lag(v) OVER w AS va, lag(breaks) OVER w AS ba,
        lead(t) OVER w AS tc, lead(v) OVER w AS vc, lead(breaks) OVER w AS bc
    FROM measured m WINDOW w AS (PARTITION BY span ORDER BY t)
)
SELECT span, t, v, nth, breaks, exchanges FROM around JOIN spans USING (span)
WHERE NOT coalesce(ba = bc AND (v - va + {M}) % {M} > (t - ta) * cap AND (vc - v + {M}) % {M} > (tc - t) * cap
    AND (vc - va + {M}) % {M} <= (tc - ta) * cap, false);
"""

GAPS = """
CREATE TEMP TABLE gaps AS
SELECT span, row_number() OVER () AS gap, first, last, n, CASE WHEN trusted THEN total END AS total, pattern, cap FROM (
    SELECT span, t0 + 1 AS first, t AS last, n, trusted, total, pattern, cap FROM steps
    WHERE t0 IS NOT NULL AND NOT (trusted AND n = 1)
    UNION ALL SELECT span, begins + 1, t, t - begins, false, NULL, pattern, cap FROM steps WHERE t0 IS NULL AND begins < t
    UNION ALL SELECT span, t + 1, least(ends, {last}), least(ends, {last}) - t, false, NULL, pattern, cap FROM steps
    WHERE is_last AND t < least(ends, {last})
    UNION ALL SELECT span, begins + 1, least(ends, {last}), least(ends, {last}) - begins, false, NULL, pattern, cap FROM spans
    WHERE span NOT IN (SELECT DISTINCT span FROM steps)
) WHERE last > {first};

CREATE TEMP TABLE intervals AS
WITH counting AS (
    SELECT gap, total, n, f.t, value_wh FROM gaps g JOIN fills f ON g.span = f.span AND f.t BETWEEN g.first AND g.last
    WHERE kind = 'I' AND pattern = 1 AND value_wh BETWEEN 0 AND cap
), sums AS (
    SELECT gap, sum(value_wh)::BIGINT AS given, count(*) AS filled FROM counting GROUP BY gap
)
SELECT c.gap, c.t, value_wh, given, filled,
    row_number() OVER (PARTITION BY c.gap ORDER BY c.t) AS place
FROM counting c JOIN sums s USING (gap)
WHERE total IS NULL OR (filled < n AND given <= total) OR (filled = n AND given = total);

CREATE TEMP TABLE filled AS
WITH slots AS (
    SELECT span, gap, n, total, pattern, first, unnest(range(greatest(first, {first} + 1), least(last, {last}) + 1))::INTEGER AS t
    FROM gaps
), of_gap AS (SELECT DISTINCT gap, given, filled FROM intervals),
laid AS (
    SELECT s.*, i.value_wh, coalesce(g.given, 0) AS given, coalesce(g.filled, 0) AS filled,
        CASE WHEN g.gap IS NULL THEN 0
             ELSE (SELECT count(*) FROM intervals b WHERE b.gap = s.gap AND b.t <= s.t) END AS before
    FROM slots s LEFT JOIN of_gap g USING (gap) LEFT JOIN intervals i ON i.gap = s.gap AND i.t = s.t
)
SELECT span, t,
    CASE WHEN pattern = 2 THEN NULL WHEN value_wh IS NOT NULL THEN value_wh WHEN total IS NULL THEN 0
         ELSE (total - given) // (n - filled) + ((t - first + 1 - before) <= (total - given) % (n - filled))::INT END AS energy,
    CASE WHEN pattern = 2 THEN 9 WHEN value_wh IS NOT NULL THEN 2 WHEN total IS NULL THEN 4 ELSE 3 END AS quality
FROM laid;
"""

ENERGY = """
CREATE TEMP TABLE energy AS
SELECT span, t, total AS energy, quality::UTINYINT AS quality, provided::INTEGER AS provided FROM steps
WHERE trusted AND n = 1 AND t > {first} AND t <= {last}
UNION ALL SELECT span, t, energy, quality::UTINYINT, NULL FROM filled;

COPY (
    SELECT device_point_number, direction, DATE '1970-01-01' + ((t - 1) // 48)::INTEGER AS day, ((t - 1) % 48 + 1)::UTINYINT AS slot,
        energy AS energy_wh, quality, provided AS provided_100wh
    FROM energy JOIN spans USING (span) ORDER BY span, t
) TO '{out}/energy.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000);
"""

SITES = """
CREATE TEMP TABLE based AS
SELECT span, day_t + slot AS t, energy_wh FROM (
    SELECT span, (day - DATE '1970-01-01')::INTEGER * 48 AS day_t, slot, energy_wh
    FROM {baselines} JOIN spans USING (device_point_number, direction) WHERE pattern = 1
);

COPY (
    WITH rows AS (
        SELECT s.premises, s.device_point_number, e.t, direction, energy, b.energy_wh AS baseline,
            CASE quality WHEN 0 THEN 0 WHEN 5 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 3 WHEN 3 THEN 4 WHEN 4 THEN 5 ELSE 7 END AS weak
        FROM energy e JOIN (SELECT * FROM spans WHERE pattern = 1) s USING (span)
            LEFT JOIN based b ON b.span = e.span AND b.t = e.t
    ), per_point AS (
        SELECT premises, device_point_number, t, max(weak) AS weak, bool_and(energy IS NOT NULL) AS complete,
            CASE WHEN count(baseline) = 0 THEN 0
                 ELSE sum((CASE direction WHEN 1 THEN 1 ELSE -1 END) * (energy - coalesce(baseline, 0))) END AS delivered
        FROM rows GROUP BY premises, device_point_number, t
    ), site AS (
        SELECT premises, t, max(weak) AS weak, CASE WHEN bool_and(complete) THEN sum(delivered)::BIGINT END AS delivered
        FROM per_point GROUP BY premises, t
    ), meter AS (
        SELECT premises, (day - DATE '1970-01-01')::INTEGER * 48 + slot AS t, forward_wh, reverse_wh
        FROM {smart_meter} JOIN (SELECT DISTINCT premises, premises_number FROM spans) USING (premises_number)
    )
    SELECT premises_number, DATE '1970-01-01' + ((t - 1) // 48)::INTEGER AS day, ((t - 1) % 48 + 1)::UTINYINT AS slot,
        delivered AS delivered_wh, net * (net > 0)::INT AS corrected_demand_wh, -net * (net < 0)::INT AS corrected_generation_wh,
        [0, 5, 1, 2, 3, 4, 8, 9][weak + 1]::UTINYINT AS quality
    FROM (SELECT *, forward_wh - reverse_wh + delivered AS net FROM site LEFT JOIN meter USING (premises, t))
        JOIN (SELECT DISTINCT premises, premises_number FROM spans) USING (premises)
    ORDER BY premises, t
) TO '{out}/sites.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000);
"""

NO_BASELINES = "(SELECT NULL::VARCHAR AS device_point_number, NULL::UTINYINT AS direction, NULL::DATE AS day, NULL::UTINYINT AS slot, NULL::BIGINT AS energy_wh WHERE false)"
NO_SMART_METER = "(SELECT NULL::VARCHAR AS premises_number, NULL::DATE AS day, NULL::UTINYINT AS slot, NULL::BIGINT AS forward_wh, NULL::BIGINT AS reverse_wh WHERE false)"


def settle(
    folder: Path,
    readings: Path,
    out: Path,
    *,
    first_day: date,
    last_day: date,
    sites: bool,
    threads: int,
) -> None:
    """The final stage for the files of ``folder`` into ``out``: energy.parquet and sites.parquet."""
    out.mkdir(parents=True, exist_ok=True)
    epoch = date(1970, 1, 1)
    words = {
        "M": M,
        "first": (first_day - epoch).days * 48,
        "last": ((last_day - epoch).days + 1) * 48,
        "register": folder / "register.parquet",
        "exchanges": folder / "exchanges.parquet",
        "gapfill": folder / "gapfill.parquet",
        "readings": readings,
        "baselines": f"read_parquet('{folder}/baselines.parquet')" if sites else NO_BASELINES,
        "smart_meter": f"read_parquet('{folder}/smart_meter.parquet')" if sites else NO_SMART_METER,
        "out": out,
    }
    with duckdb.connect() as database:
        database.execute(f"SET threads = {threads}")
        database.execute("SET preserve_insertion_order = false")
        database.execute(
            "SET memory_limit = '8GB'"
        )  # far more than ours; beyond it DuckDB uses its temporary folder
        database.execute(f"SET temp_directory = '{out / 'spill'}'")
        for part in (SPANS, KNOWN, STAND_INS, STEPS):
            database.execute(part.format(**words))
        _mend(database, words)
        for part in (GAPS, ENERGY, SITES):
            database.execute(part.format(**words))


def _mend(database: duckdb.DuckDBPyConnection, words: dict[str, object]) -> None:
    """The longer way where an instant was delivered twice or a step is implausible."""
    twice, odd = database.execute(
        "SELECT bool_or(t = t0), bool_or(paired AND NOT trusted) FROM steps"
    ).fetchone() or (False, False)
    if twice:
        database.execute(LAST_DELIVERED)
    if odd:
        database.execute(WITHOUT_SPIKES.format(**words))
    if twice or odd:
        database.execute("DROP TABLE stand_ins")
        for part in (STAND_INS, STEPS):
            database.execute(part.format(**words))
