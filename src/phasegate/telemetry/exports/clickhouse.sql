-- The report by command, mode, format and version, over the logs in {logs}: a file, or a pattern of files, of one event a line.
-- The same as `invoke report --json`, member `table`. Lines that are no events are left out, an event that was written twice
-- counts once. Parameters: logs (String), plugin (String), since and until (DateTime64).
-- Lines are read one by one, so that a torn one takes no other with it.
WITH
    lines AS (
        SELECT JSONExtract(line,
            'Tuple(schema Nullable(Int64), timestamp Nullable(String), id Nullable(String), event Nullable(String),
             plugin Nullable(String), version String, probe Nullable(Bool), command String, mode String, format String,
             outcome String, duration_s Nullable(Float64), budget_s Nullable(Float64))') AS found
        FROM file({logs:String}, 'LineAsString', 'line String')
        WHERE isValidJSON(line)
    ),
    events AS (
        SELECT found.version AS version, found.command AS command, found.mode AS mode, found.format AS format,
            found.outcome AS outcome, found.duration_s AS duration_s, found.budget_s AS budget_s,
            parseDateTime64BestEffortOrNull(found.timestamp, 3, 'UTC') AS at
        FROM lines
        WHERE found.schema = 1 AND found.event = 'command' AND found.plugin = {plugin:String}
            AND NOT ifNull(found.probe, false) AND found.id IS NOT NULL
            AND match(found.timestamp, '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$')
            AND at >= {since:DateTime64(3, 'UTC')} AND at < {until:DateTime64(3, 'UTC')}
        LIMIT 1 BY found.id
    ),
    outcome IN ('ok', 'partial', 'failed') AS served
SELECT
    command, mode, format, version,
    countIf(outcome = 'ok') AS ok,
    countIf(outcome = 'partial') AS partial,
    countIf(outcome = 'failed') AS failed,
    countIf(outcome = 'refused') AS refused,
    countIf(outcome = 'cancelled') AS cancelled,
    countIf(served AND duration_s > budget_s) AS over_budget,
    if(countIf(served) = 0, NULL, failed / countIf(served)) AS error_rate,
    quantileExactInclusiveIf(0.5)(duration_s, served) AS p50_s,
    quantileExactInclusiveIf(0.95)(duration_s, served) AS p95_s,
    quantileExactInclusiveIf(0.99)(duration_s, served) AS p99_s
FROM events
GROUP BY command, mode, format, version
ORDER BY command, mode, format, version
FORMAT JSONEachRow
