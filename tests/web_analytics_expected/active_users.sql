-- 56 members
-- Whole days in New York: from 8 February (winter time) to the end of 9 March (summer time).
select distinct u.user_id
from users u
join sessions s on s.user_id = u.user_id
where s.started_at >= timestamptz '2026-02-08 05:00:00+00'
  and s.started_at < timestamptz '2026-03-10 04:00:00+00'
order by u.user_id;
