-- 4 members
-- Weeks end at 11:00 in New York, on Tuesdays; before 8 March that was an hour later in UTC.
select u.user_id
from users u
join sessions s on s.user_id = u.user_id
group by u.user_id
having max(case when s.started_at >= timestamptz '2026-02-10 16:00:00+00' and s.started_at < timestamptz '2026-02-17 16:00:00+00' then 1 else 0 end)
     + max(case when s.started_at >= timestamptz '2026-02-17 16:00:00+00' and s.started_at < timestamptz '2026-02-24 16:00:00+00' then 1 else 0 end)
     + max(case when s.started_at >= timestamptz '2026-02-24 16:00:00+00' and s.started_at < timestamptz '2026-03-03 16:00:00+00' then 1 else 0 end)
     + max(case when s.started_at >= timestamptz '2026-03-03 16:00:00+00' and s.started_at < timestamptz '2026-03-10 15:00:00+00' then 1 else 0 end) >= 3
order by u.user_id;
