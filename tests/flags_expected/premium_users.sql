-- 50 members
select user_id
from users
where plan in ('premium', 'enterprise')
order by user_id;
