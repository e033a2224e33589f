-- The report by command, mode, format and version, over the logs in {logs}: a file, or a pattern of files, of one event a line.
-- The same as `invoke report --json`, member `table`. Lines that are no events are left out, an event that was written twice
-- counts once. Parameters: logs (String), plugin (String), since and until (DateTime64).
WITH
    events AS (
        SELECT *
        FROM file({logs:String}, 'JSONEachRow',
            'schema UInt8, timestamp DateTime64(3, ''UTC''), id String, event String, plugin String, version String, install String,
             probe Bool, command String, mode String, format String, outcome String, duration_s Float64, budget_s Float64')
        WHERE schema = 1 AND event = 'command' AND plugin = {plugin:String} AND NOT probe
            AND timestamp >= {since:DateTime64(3, 'UTC')} AND timestamp < {until:DateTime64(3, 'UTC')}
        LIMIT 1 BY id
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
SETTINGS input_format_skip_unknown_fields = 1, input_format_allow_errors_ratio = 1, input_format_allow_errors_num = 1000000000,
    date_time_input_format = 'best_effort'
FORMAT JSONEachRow
