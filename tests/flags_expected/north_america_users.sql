-- 45 members
select user_id
from users
where country in ('US', 'CA', 'MX')
order by user_id;
