"""What Redis does in one step. Keys of one workspace share a hash tag and so a node of a cluster."""

from __future__ import annotations

_DROP = """
local function drop(key)
  local answer = prefix .. 'answer:' .. key
  local size, scope = unpack(redis.call('HMGET', answer, 'size', 'scope'))
  if not size then size = redis.call('HGET', prefix .. 'sizes', key) end
  if size then redis.call('DECRBY', prefix .. 'bytes', size) end
  if scope and scope ~= '' then redis.call('HDEL', prefix .. 'scope:' .. scope, key) end
  redis.call('HDEL', prefix .. 'sizes', key)
  redis.call('ZREM', prefix .. 'expiry', key)
  redis.call('DEL', answer)
end
"""

PUT = (
    """
local prefix = KEYS[1]
"""
    + _DROP
    + """
local key, sealed, size, seen, expires, now = unpack(ARGV, 1, 6)
local entries, bytes, scope, vector, most_compared = unpack(ARGV, 7, 11)
local seconds = math.max(1, math.ceil(expires - now))
local answer = prefix .. 'answer:' .. key
drop(key)
redis.call('HSET', answer, 'sealed', sealed, 'size', size, 'seen', seen, 'expires', expires, 'scope', scope)
redis.call('EXPIRE', answer, seconds)
redis.call('HSET', prefix .. 'sizes', key, size)
redis.call('ZADD', prefix .. 'expiry', expires, key)
redis.call('INCRBY', prefix .. 'bytes', size)
local function hold(name)
  redis.call('EXPIRE', name, seconds, 'NX')
  redis.call('EXPIRE', name, seconds, 'GT')
end
if scope ~= '' and redis.call('HLEN', prefix .. 'scope:' .. scope) < tonumber(most_compared) then
  redis.call('HSET', prefix .. 'scope:' .. scope, key, vector)
  hold(prefix .. 'scope:' .. scope)
end
for i = 12, #ARGV do
  redis.call('SADD', prefix .. 'tag:' .. ARGV[i], key)
  hold(prefix .. 'tag:' .. ARGV[i])
end
for _, old in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'expiry', '-inf', now)) do drop(old) end
while redis.call('ZCARD', prefix .. 'expiry') > tonumber(entries)
    or tonumber(redis.call('GET', prefix .. 'bytes') or '0') > tonumber(bytes) do
  local first = redis.call('ZRANGE', prefix .. 'expiry', 0, 0)[1]
  if not first then break end
  drop(first)
end
"""
)
"""Keep an answer; what is past its time and what expires first makes room. KEYS: the workspace's prefix."""

SWEEP = (
    """
local prefix = KEYS[1]
"""
    + _DROP
    + """
local gone = 0
for _, old in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'expiry', '-inf', ARGV[1])) do
  drop(old)
  gone = gone + 1
end
for i = 2, #ARGV, 2 do
  local tag, moment = prefix .. 'tag:' .. ARGV[i], tonumber(ARGV[i + 1])
  for _, key in ipairs(redis.call('SMEMBERS', tag)) do
    local seen = redis.call('HGET', prefix .. 'answer:' .. key, 'seen')
    if not seen then
      redis.call('SREM', tag, key)
    elseif tonumber(seen) < moment then
      drop(key)
      redis.call('SREM', tag, key)
      gone = gone + 1
    end
  end
end
return gone
"""
)
"""Remove what is past its time (ARGV[1] is now) and what was asked for before its tag was forgotten (pairs of
tag and moment). Returns how many."""
