/**
 * Replies to a command and takes it off the consumer's list, as one: a crash repeats neither. Who is
 * late, because another consumer took the command over and has replied, adds nothing.
 *
 * KEYS: commands, responses. ARGV: group, entry id, reply. Returns 1 where it was replied.
 */
export const REPLY_SCRIPT = `
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'data', ARGV[3])
return 1
`;
