-- 24 members
select u.user_id
from users u
join sessions s on s.user_id = u.user_id
join events e on e.session_id = s.session_id
where e.name = 'Purchase'
  and s.started_at < timestamptz '2026-03-10 15:00:00+00'
  and e."at" >= timestamptz '2026-02-01 05:00:00+00'
  and e."at" < timestamptz '2026-03-10 15:00:00+00'
group by u.user_id
having sum(e.value) >= 100
order by u.user_id;
