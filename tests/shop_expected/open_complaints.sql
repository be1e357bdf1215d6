-- 11 members
-- A segment's own rows are not cut at as_of, only those that an aggregate sees.
select complaint_id
from complaints
where resolved_on - cast(opened_at at time zone 'Europe/London' as date) > 14
   or (resolved_on is null and cast(opened_at at time zone 'Europe/London' as date) < date '2026-03-17')
order by complaint_id;
