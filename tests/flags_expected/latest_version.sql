-- 56 members
-- The column holds six different texts.
select user_id
from users
where app_version in ('2.0.0', '2.10.0', '2.2.0+build7')
order by user_id;
