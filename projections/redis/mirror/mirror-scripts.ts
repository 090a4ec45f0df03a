import { LOG_LINES } from '../../../schemas/redis/keys.ts';

/**
 * Finds where the mirror stands, or begins a new life of this Redis.
 *
 * KEYS: the position, the stream of history. ARGV: a name for a new life, the log, its LOGS stream,
 * the last event that there is, the last one that is known to have been in Redis (or empty).
 * Returns life, last event of the history, joined, position in the responses, last one that was in
 * Redis before.
 */
export const CLAIM_SCRIPT = `
if not redis.call('HGET', KEYS[1], 'life') then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'life', ARGV[1], 'log', ARGV[2], 'quiet', ARGV[4])
  if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'mirrored', ARGV[5], 'events', ARGV[5]) end
end
if redis.call('HGET', KEYS[1], 'logs-stream') ~= ARGV[3] then
  redis.call('HDEL', KEYS[1], 'logs')
  redis.call('HSET', KEYS[1], 'logs-stream', ARGV[3])
end
return redis.call('HMGET', KEYS[1], 'life', 'quiet', 'joined', 'responses', 'mirrored')
`;

/**
 * Writes what comes of some messages and moves the position behind them, as one: nothing of it
 * where the position is not where the writer thinks (another mirror was faster, or Redis lost what
 * it had). Returns \`written\`, \`moved\` or \`lost\`, and the keys that could not be written.
 *
 * A response wants the id that the time and place of its event give it: so a reader who was
 * anywhere in a stream that Redis lost finds itself there again in the one that is made anew. Where
 * the stream is beyond that already (a script wrote into it), it gets the next id that there is.
 *
 * KEYS: the position, the responses (or their history). ARGV: life, field, where it is, where it
 * goes, operations
 * (docs/decisions/0030-redis-position-in-the-same-script.md).
 */
export const WRITE_SCRIPT = `
local position, responses = KEYS[1], KEYS[2]
if redis.call('HGET', position, 'life') ~= ARGV[1] then return {'lost'} end
if (redis.call('HGET', position, ARGV[2]) or '') ~= ARGV[3] then return {'moved'} end
local kind = redis.call('TYPE', responses).ok
if kind ~= 'stream' and kind ~= 'none' then
  return redis.error_reply('WRONGTYPE ' .. responses .. ' is no stream')
end

local failed = {}
local function try(key, ...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then failed[#failed + 1] = key .. ': ' .. reply.err end
end

local function nextId()
  local info = redis.call('XINFO', 'STREAM', responses)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return string.match(info[i + 1], '^%d+') .. '-*' end
  end
end

local function respond(id, unless, ...)
  if unless ~= '' and #redis.call('XRANGE', responses, unless, unless) > 0 then return end
  local reply = redis.pcall('XADD', responses, id, ...)
  if type(reply) == 'table' and reply.err then redis.call('XADD', responses, nextId(), ...) end
end

local operations = {
  respond = respond,
  log = function(key, ...) try(key, 'XADD', key, 'MAXLEN', '~', '${LOG_LINES}', '*', ...) end,
  set = function(key, value) try(key, 'SET', key, value) end,
  unset = function(key, value)
    if redis.pcall('GET', key) == value then redis.call('DEL', key) end
  end,
  publish = function(channel, message) try(channel, 'PUBLISH', channel, message) end,
}

local at = 5
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  operations[ARGV[at + 1]](unpack(ARGV, at + 2, at + 1 + count))
  at = at + 2 + count
end
if ARGV[4] ~= ARGV[3] then redis.call('HSET', position, ARGV[2], ARGV[4]) end
return {'written', unpack(failed, 1, 10)}
`;

/**
 * Puts the history in front of what scripts have written in this life already, as one: nobody sees a
 * part of it. KEYS: the position, the responses, their history. ARGV: life.
 */
export const JOIN_SCRIPT = `
local position, responses, history = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', position, 'life') ~= ARGV[1] then return 'lost' end
if redis.call('HEXISTS', position, 'joined') == 1 then return 'written' end
if redis.call('EXISTS', history) == 1 then
  if redis.call('EXISTS', responses) == 1 then
    for _, entry in ipairs(redis.call('XRANGE', responses, '-', '+')) do
      local reply = redis.pcall('XADD', history, entry[1], unpack(entry[2]))
      if reply.err then redis.call('XADD', history, '*', unpack(entry[2])) end
    end
  end
  redis.call('RENAME', history, responses)
end
redis.call('HSET', position, 'joined', '1')
return 'written'
`;

/** Notes up to where the responses were read. KEYS: the position. ARGV: life, entry id. */
export const READ_SCRIPT = `
if redis.call('HGET', KEYS[1], 'life') ~= ARGV[1] then return 'lost' end
redis.call('HSET', KEYS[1], 'responses', ARGV[2])
return 'written'
`;
