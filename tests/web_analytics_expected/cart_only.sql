-- 15 members
-- Eight weeks before as_of is 13 January, 11:00 in New York, on winter time.
select u.user_id
from users u
join sessions s on s.user_id = u.user_id
join events e on e.session_id = s.session_id
where s.started_at < timestamptz '2026-03-10 15:00:00+00'
  and e."at" >= timestamptz '2026-01-13 16:00:00+00'
  and e."at" < timestamptz '2026-03-10 15:00:00+00'
group by u.user_id
having sum(case when e.name = 'Add to Cart' then 1 else 0 end) > 0
   and sum(case when e.name = 'Purchase' then 1 else 0 end) = 0
order by u.user_id;
