-- 47 members
select distinct u.user_id
from users u
join sessions s on s.user_id = u.user_id
where s.started_at >= timestamptz '2026-02-01 05:00:00+00'
  and s.started_at < timestamptz '2026-03-01 05:00:00+00'
order by u.user_id;
