-- 4 members
select sku
from products
where position('%' in name) > 0
   or position('_' in name) > 0
   or position('"' in name) > 0
   or position('🎁' in name) > 0
order by sku;
