-- 16 members
select user_id
from (select user_id, md5('new_dashboard:' || user_id) as hash from users) as hashed
where (268435456 * cast(strpos('0123456789abcdef', substr(hash, 1, 1)) - 1 as bigint) + 16777216 * cast(strpos('0123456789abcdef', substr(hash, 2, 1)) - 1 as bigint) + 1048576 * cast(strpos('0123456789abcdef', substr(hash, 3, 1)) - 1 as bigint) + 65536 * cast(strpos('0123456789abcdef', substr(hash, 4, 1)) - 1 as bigint) + 4096 * cast(strpos('0123456789abcdef', substr(hash, 5, 1)) - 1 as bigint) + 256 * cast(strpos('0123456789abcdef', substr(hash, 6, 1)) - 1 as bigint) + 16 * cast(strpos('0123456789abcdef', substr(hash, 7, 1)) - 1 as bigint) + 1 * cast(strpos('0123456789abcdef', substr(hash, 8, 1)) - 1 as bigint)) % 10000 < 2500
order by user_id;
