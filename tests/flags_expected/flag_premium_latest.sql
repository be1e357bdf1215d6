-- 14 members
select user_id
from users
where plan in ('premium', 'enterprise') and app_version in ('2.10.0', '2.2.0+build7')
order by user_id;
