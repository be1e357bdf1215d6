-- 27 members
select user_id
from users
where plan = 'enterprise'
order by user_id;
