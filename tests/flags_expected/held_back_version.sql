-- 14 members
-- Build metadata doesn't count.
select user_id
from users
where app_version = '2.2.0+build7'
order by user_id;
