import { endOrder } from '../../../base/combinedStatus.ts';
import { isFinished, statuses } from '../../../model/status.ts';

/*
 * What is written in one go, as scripts that Redis runs. Everything they touch is declared and of one slot. They
 * answer with numbers; those below 0 say what is not there. A packed value is words with spaces between:
 *
 *   state  status/<step>  status startedAt            hosts  log/<host>  number status startedAt lines entries errors firstError latest
 *          log[/<step>]   rows latest                        end/<host>, about/<host>  JSON
 *          hosts.<status>/<step>  how many            logs   <number>  JSON [step, host]
 *          status, about, end, history, born, beat    times are milliseconds, "-" when unknown
 *   counts <level>/<hour>/<step>  how many lines      error/<text>  how many       line/<text>  log number, line number
 *
 * https://redis.io/docs/latest/develop/interact/programmability/lua-api/
 */

export const answer = { noExecution: -1, noStep: -2, noHost: -3, beingDeleted: -4 } as const;
/** What became of a metric. */
export const kept = { known: 0, done: 1, ended: 2 } as const;
export const appended = { done: 0, overlap: 1, hole: 2, ended: 3 } as const;

const gravest = endOrder.map((status) => `'${status}'`).join(', ');
const open = statuses.filter((status) => !isFinished(status)).map((status) => `${status} = true`);

const shared = `#!lua
local open = { ${open.join(', ')} }
local function ended(status) return not open[status] end
local function status_of(step) return string.match(redis.call('HGET', KEYS[1], 'status/' .. step) or '', '^(%S+) (%S+)$') end
local function count(status, step, by) redis.call('HINCRBY', KEYS[1], 'hosts.' .. status .. '/' .. step, by) end
local function unpack_host(packed) return string.match(packed, '^(%d+) (%S+) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)$') end
local function add_host(hosts, logs, step, host, about)
  if redis.call('HSETNX', hosts, 'about/' .. host, about) == 0 then return end
  local number = redis.call('HINCRBY', KEYS[1], 'logs', 1)
  redis.call('HSET', logs, number, cjson.encode({ step, host }))
  redis.call('HSET', hosts, 'log/' .. host, number .. ' pending - 0 0 0 0 -')
  count('pending', step, 1)
end
local function set_host(hosts, step, host, status, started, ending)
  local number, was, at, rest = string.match(redis.call('HGET', hosts, 'log/' .. host), '^(%d+) (%S+) (%S+) (.*)$')
  if at == '-' then at = started end
  redis.call('HSET', hosts, 'log/' .. host, number .. ' ' .. status .. ' ' .. at .. ' ' .. rest)
  local counted = ending and cjson.decode(ending).ignored and 'succeeded' or status
  if was ~= counted then count(was, step, -1) count(counted, step, 1) end
end
`;

/** KEYS state, writer. ARGV born, about, startedAt, writer, its life in ms, now. 1: new, 2: taken over, 0: has ended. */
export const createExecution = `${shared}
if redis.call('HEXISTS', KEYS[1], 'deleted') == 1 then return ${answer.beingDeleted} end
local status = redis.call('HGET', KEYS[1], 'status')
if status and ended(status) then return 0 end
if not status then
  redis.call('HSET', KEYS[1], 'born', ARGV[1], 'about', ARGV[2], 'status', 'running', 'log', '0 -',
    'history', '[{"status":"running","at":' .. ARGV[3] .. '}]')
end
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5])
redis.call('HSET', KEYS[1], 'beat', ARGV[6])
return status and 2 or 1`;

/** KEYS state, writer. ARGV writer, its life in ms, now. 1: still open. */
export const beat = `${shared}
local status = redis.call('HGET', KEYS[1], 'status')
if not status or ended(status) then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[1], 'beat', ARGV[3])
return 1`;

/** KEYS writer. ARGV writer. */
export const farewell = `#!lua
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** KEYS state, hosts, logs. ARGV step, about, running or pending, at, then each host's id and about. */
export const startStep = `${shared}
if redis.call('HEXISTS', KEYS[1], 'status') == 0 then return ${answer.noExecution} end
local step = ARGV[1]
redis.call('HSETNX', KEYS[1], 'about/' .. step, ARGV[2])
redis.call('HSETNX', KEYS[1], 'log/' .. step, '0 -')
local status, at = status_of(step)
if not status or (ARGV[3] == 'running' and not ended(status)) then
  if ARGV[3] == 'running' and (not at or at == '-') then at = ARGV[4] end
  redis.call('HSET', KEYS[1], 'status/' .. step, ARGV[3] .. ' ' .. (at or '-'))
end
for i = 5, #ARGV, 2 do add_host(KEYS[2], KEYS[3], step, ARGV[i], ARGV[i + 1]) end
return 1`;

/** KEYS state, hosts, logs. ARGV step, host, about, at. */
export const startHost = `${shared}
if redis.call('HEXISTS', KEYS[1], 'status') == 0 then return ${answer.noExecution} end
if not status_of(ARGV[1]) then return ${answer.noStep} end
add_host(KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3])
local _, status = unpack_host(redis.call('HGET', KEYS[2], 'log/' .. ARGV[2]))
if ended(status) then return 0 end
set_host(KEYS[2], ARGV[1], ARGV[2], 'running', ARGV[4])
return 1`;

/** KEYS state, hosts. ARGV step, host, status, end. */
export const finishHost = `${shared}
if redis.call('HEXISTS', KEYS[1], 'status') == 0 then return ${answer.noExecution} end
if not status_of(ARGV[1]) then return ${answer.noStep} end
local packed = redis.call('HGET', KEYS[2], 'log/' .. ARGV[2])
if not packed then return ${answer.noHost} end
local _, status = unpack_host(packed)
if ended(status) then return 0 end
set_host(KEYS[2], ARGV[1], ARGV[2], ARGV[3], '-', ARGV[4])
redis.call('HSET', KEYS[2], 'end/' .. ARGV[2], ARGV[4])
return 1`;

/** KEYS state. ARGV step, status, end. */
export const finishStep = `${shared}
if redis.call('HEXISTS', KEYS[1], 'status') == 0 then return ${answer.noExecution} end
local status, at = status_of(ARGV[1])
if not status then return ${answer.noStep} end
if ended(status) then return 0 end
redis.call('HSET', KEYS[1], 'status/' .. ARGV[1], ARGV[2] .. ' ' .. at, 'end/' .. ARGV[1], ARGV[3])
return 1`;

/**
 * KEYS state, writer, logs, and the hosts of each step that has results. ARGV status, end, the change of status as JSON,
 * the results as JSON: which of the keys, step, host, about, status, start, end; then each step, and when it ended.
 */
export const finishExecution = `${shared}
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return ${answer.noExecution} end
if ended(status) then return 0 end
for _, result in ipairs(cjson.decode(ARGV[4])) do
  local hosts, step, host = KEYS[result[1]], result[2], result[3]
  if status_of(step) then
    add_host(hosts, KEYS[3], step, host, result[4])
    local _, was = unpack_host(redis.call('HGET', hosts, 'log/' .. host))
    if not ended(was) then
      set_host(hosts, step, host, result[5], result[6], result[7])
      redis.call('HSET', hosts, 'end/' .. host, result[7])
    end
  end
end
for i = 5, #ARGV, 3 do
  local step, started = ARGV[i], ARGV[i + 1]
  local was, at = status_of(step)
  local function has(status) return tonumber(redis.call('HGET', KEYS[1], 'hosts.' .. status .. '/' .. step) or '0') > 0 end
  local goes_on = not was or ended(was)
  for status in pairs(open) do goes_on = goes_on or has(status) end
  if not goes_on then
    local combined = 'skipped'
    for _, status in ipairs({ ${gravest} }) do if combined == 'skipped' and has(status) then combined = status end end
    if at == '-' then at = started end
    redis.call('HSET', KEYS[1], 'status/' .. step, combined .. ' ' .. at, 'end/' .. step, ARGV[i + 2])
  end
end
local history = redis.call('HGET', KEYS[1], 'history') or '[]'
history = history == '[]' and '[' .. ARGV[3] .. ']' or string.sub(history, 1, -2) .. ',' .. ARGV[3] .. ']'
redis.call('HSET', KEYS[1], 'status', ARGV[1], 'end', ARGV[2], 'history', history)
redis.call('DEL', KEYS[2])
return 1`;

/** Texts of errors that are kept apart in one execution. */
const mostTexts = 200;

/** A chunk of no more bytes is told with the news of it, so that who follows need not ask for it. */
const mostTold = 1_024;

/**
 * KEYS state, hosts, order, the step's order, lines, counts, and the wake stream where that may be written here. ARGV
 * step, host, number of the first line (0: the next one, and numbers of errors are counted from there), how many lines,
 * the change for the wake stream and about how many entries that keeps, what to count as JSON, then each chunk's count,
 * errors, number of its first error (0: none), latest time, and its columns and text.
 * Answers what became of it and how many lines the log has.
 */
export const appendLines = `${shared}
local step, host, first, total = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local state = redis.call('HMGET', KEYS[1], 'status', 'status/' .. step, 'log', 'log/' .. step, 'born')
if not state[1] then return { ${answer.noExecution}, 0 } end
if not state[2] then return { ${answer.noStep}, 0 } end
local packed = redis.call('HGET', KEYS[2], 'log/' .. host)
if not packed then return { ${answer.noHost}, 0 } end
local number, status, started, lines, entries, errors, first_error, latest = unpack_host(packed)
lines = tonumber(lines)
local before = 0
if first == 0 then first, before = lines + 1, lines end
if first > lines + 1 then return { ${appended.hole}, lines } end
if first + total - 1 <= lines then return { ${appended.done}, lines } end
if ended(status) or ended(string.match(state[2], '^%S+')) or ended(state[1]) then return { ${appended.ended}, lines } end
if first <= lines then return { ${appended.overlap}, lines } end
local function later(a, b)
  if b == '-' or (a ~= '-' and tonumber(a) >= tonumber(b)) then return a end
  return b
end
local rows, row_latest = string.match(state[3], '^(%d+) (%S+)$')
local step_rows, step_latest = string.match(state[4], '^(%d+) (%S+)$')
local told
for i = 8, #ARGV, 5 do
  local size, time = tonumber(ARGV[i]), ARGV[i + 3]
  latest, step_latest, row_latest = later(latest, time), later(step_latest, time), later(row_latest, time)
  local order = number .. ' ' .. (lines + 1) .. ' ' .. size .. ' '
  local places = size .. ' ' .. (step_rows + 1) .. ' ' .. (rows + 1) .. ' ' .. latest .. '\\n'
  redis.call('XADD', KEYS[5], (lines + 1) .. '-0', 'l', places .. ARGV[i + 4])
  if #ARGV == 12 and #ARGV[i + 4] <= ${mostTold} then
    told = (state[5] or '') .. ' ' .. number .. ' ' .. (lines + 1) .. ' ' .. places .. ARGV[i + 4]
  end
  redis.call('XADD', KEYS[3], (rows + 1) .. '-0', 'o', order .. row_latest)
  redis.call('XADD', KEYS[4], (step_rows + 1) .. '-0', 'o', order .. step_latest)
  lines, rows, step_rows = lines + size, rows + size, step_rows + size
  entries, errors = entries + 1, errors + ARGV[i + 1]
  if first_error == '0' and ARGV[i + 2] ~= '0' then first_error = tostring(before + ARGV[i + 2]) end
end
redis.call('HSET', KEYS[1], 'log', rows .. ' ' .. row_latest, 'log/' .. step, step_rows .. ' ' .. step_latest)
redis.call('HSET', KEYS[2], 'log/' .. host, table.concat({ number, status, started, lines, entries, errors, first_error, latest }, ' '))
local counted = cjson.decode(ARGV[7])
for _, field in ipairs(counted[1]) do redis.call('HINCRBY', KEYS[6], field[1], field[2]) end
for _, found in ipairs(counted[2]) do
  local text, count, line = found[1], found[2], found[3]
  if redis.call('HEXISTS', KEYS[6], 'error/' .. text) == 1 then redis.call('HINCRBY', KEYS[6], 'error/' .. text, count)
  elseif redis.call('HINCRBY', KEYS[6], 'texts', 1) <= ${mostTexts} then
    redis.call('HSET', KEYS[6], 'error/' .. text, count, 'line/' .. text, number .. ' ' .. (before + line))
  end
end
if KEYS[7] then
  local add = { 'XADD', KEYS[7], 'MAXLEN', '~', ARGV[6], '*', 'c', ARGV[5] }
  if told then add[9], add[10] = 'l', told end
  redis.pcall(unpack(add))
end
return { ${appended.done}, lines }`;

/** KEYS state, metrics. ARGV the metric as JSON, how many are kept. */
export const tellMetric = `${shared}
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return ${answer.noExecution} end
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return ${kept.known} end
if ended(status) then return ${kept.ended} end
redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[1], 'metrics', 1), ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[2]) - 1)
return ${kept.done}`;

/**
 * KEYS state, writer. ARGV nothing, or the status and the number of lines that it must still have. Makes an execution
 * that does not run vanish at once. 1: vanished, 0: it runs, 2: it is no longer so.
 */
export const hideExecution = `${shared}
if redis.call('HEXISTS', KEYS[1], 'deleted') == 1 then return 1 end
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return ${answer.noExecution} end
if not ended(status) and redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
if not ended(status) then status = 'interrupted' end
local lines = string.match(redis.call('HGET', KEYS[1], 'log') or '0', '^%d+')
if ARGV[1] and (status ~= ARGV[1] or lines ~= ARGV[2]) then return 2 end
redis.call('HSET', KEYS[1], 'deleted', 1)
redis.call('HDEL', KEYS[1], 'status')
return 1`;

/**
 * KEYS a stream of lines or of their order. ARGV a time and how many rows there are. The first row of the first entry
 * up to the end of which some line is not earlier; one past the last row when there is none. Only reads.
 */
export const rowAtTime = `#!lua flags=no-writes
local time, low, high = tonumber(ARGV[1]), 1, tonumber(ARGV[2]) + 1
while low < high do
  local middle = math.floor((low + high) / 2)
  local found = redis.call('XREVRANGE', KEYS[1], middle, '-', 'COUNT', 1)[1]
  if not found then
    low = middle + 1
  else
    local row, size, latest = tonumber(string.match(found[1], '^%d+')), nil, nil
    if found[2][1] == 'l' then size, latest = string.match(found[2][2], '^(%d+) %d+ %d+ (%S+)\\n')
    else size, latest = string.match(found[2][2], '^%d+ %d+ (%d+) (%S+)$') end
    if not size then return high end
    if latest ~= '-' and tonumber(latest) >= time then high = row
    else low = math.max(middle + 1, row + tonumber(size)) end
  end
end
return high`;
