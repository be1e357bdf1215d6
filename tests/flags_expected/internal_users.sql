-- 31 members
select user_id
from users
where lower(email) like '%@company.com'
order by user_id;
