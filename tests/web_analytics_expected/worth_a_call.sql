-- 5 members
-- All eight weeks end at 16:00 in UTC, but for the last, which clocks made an hour shorter.
with visits as (
  select u.user_id, s.session_id, s.started_at, s.device,
         row_number() over (partition by u.user_id order by s.started_at desc, s.session_id desc) as from_last
  from users u
  join sessions s on s.user_id = u.user_id
  where s.started_at < timestamptz '2026-03-10 15:00:00+00'
),
recent as (
  select * from visits where started_at >= timestamptz '2026-01-13 16:00:00+00'
)
select r.user_id
from recent r
where r.user_id in (select v.user_id from visits v where v.from_last = 1 and (v.device is null or v.device <> 'tablet'))
  and r.user_id in (select v.user_id
                    from visits v
                    join events a on a.session_id = v.session_id and a.name = 'Add to Cart'
                    where a."at" >= timestamptz '2026-01-13 16:00:00+00'
                      and a."at" + interval '24' hour < timestamptz '2026-03-10 15:00:00+00'
                      and not exists (select 1 from visits t
                                      join events p on p.session_id = t.session_id and p.name = 'Purchase'
                                      where t.user_id = v.user_id
                                        and p."at" > a."at" and p."at" <= a."at" + interval '24' hour))
group by r.user_id
having count(distinct floor((extract(epoch from r.started_at)
                           - extract(epoch from timestamptz '2026-01-13 16:00:00+00')) / 604800)) >= 3
order by count(*) desc, r.user_id
limit 5;
