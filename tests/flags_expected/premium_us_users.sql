-- 8 members
select user_id
from users
where plan in ('premium', 'enterprise') and country = 'US'
order by user_id;
