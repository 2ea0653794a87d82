--[[
  Writes the position of a partition and entries beside it, if the position is still the one that was read; otherwise nothing.

  All keys lie in one slot. Redis looks whether it may write at all (memory, disk, role) before the first SET and not between
  them, and no SET here can fail by what it writes: so all are written or none is.

  KEYS[1]      the position
  KEYS[2..n]   the entries, those that expire first

  ARGV[1]      '1': the position was there when it was read, '0': it was absent
  ARGV[2]      the position that was read ('' if it was absent)
  ARGV[3]      the new position
  ARGV[4]      milliseconds until entries that expire are gone
  ARGV[5]      how many entries expire
  ARGV[6..n+4] the values of KEYS[2..n]

  Returns      1: written
               0: refused

  A plain SET takes away whatever expiry the key had. A loop, because `unpack` ends at some 8,000 values.
]]
local position = redis.call('GET', KEYS[1])
if (position or '') ~= ARGV[2] or (position ~= false) ~= (ARGV[1] == '1') then
  return 0
end

local lastExpiring = 1 + tonumber(ARGV[5])
redis.call('SET', KEYS[1], ARGV[3])
for i = 2, lastExpiring do
  redis.call('SET', KEYS[i], ARGV[i + 4], 'PX', ARGV[4])
end
for i = lastExpiring + 1, #KEYS do
  redis.call('SET', KEYS[i], ARGV[i + 4])
end
return 1
