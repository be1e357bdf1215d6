-- 70 members
select user_id
from users
where signed_up_at < timestamptz '2025-02-01 00:00:00+00'
order by user_id;
