-- 30 members
-- Eight weeks before as_of is 13 January, 11:00 in New York, on winter time.
select distinct u.user_id
from users u
join sessions s on s.user_id = u.user_id
join events a on a.session_id = s.session_id and a.name = 'Add to Cart'
where s.started_at < timestamptz '2026-03-10 15:00:00+00'
  and a."at" >= timestamptz '2026-01-13 16:00:00+00'
  and a."at" + interval '24' hour < timestamptz '2026-03-10 15:00:00+00'
  and not exists (select 1 from sessions t
                  join events p on p.session_id = t.session_id and p.name = 'Purchase'
                  where t.user_id = u.user_id
                    and t.started_at < timestamptz '2026-03-10 15:00:00+00'
                    and p."at" > a."at" and p."at" <= a."at" + interval '24' hour)
order by u.user_id;
