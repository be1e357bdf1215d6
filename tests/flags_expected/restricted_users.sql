-- 8 members
select user_id
from users
where restricted = true
order by user_id;
