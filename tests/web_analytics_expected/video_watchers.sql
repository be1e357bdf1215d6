-- 46 members
select distinct u.user_id
from users u
join sessions s on s.user_id = u.user_id
join events e on e.session_id = s.session_id
where e.name = 'Video Progress' and e.percent >= 75
  and s.started_at < timestamptz '2026-03-10 15:00:00+00'
  and e."at" < timestamptz '2026-03-10 15:00:00+00'
order by u.user_id;
