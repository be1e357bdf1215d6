-- 112 members
select user_id
from users
where restricted is null or restricted = false
order by user_id;
