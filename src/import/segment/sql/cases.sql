WHERE country = 'US'

NOT (country = 'US')

country <> 'US' AND age IS NOT NULL AND age <> 5

name <> 'Ann'

NOT (country = 'US' OR age < 18)

country NOT IN ('US', 'CA')

country NOT IN ('US', NULL)

country IN ('US', NULL)

country = NULL

NOT (country IS NULL)

name IS NULL

age BETWEEN 18 AND 30

age NOT BETWEEN 18 AND 30

age BETWEEN SYMMETRIC 30 AND 18

country IS DISTINCT FROM 'US'

country IS NOT DISTINCT FROM name

(age > 5) IS TRUE

(age > 5) IS NOT TRUE

(age > 5) IS UNKNOWN

active

NOT active

active <> TRUE

active IS FALSE

1 = 1 AND country = 'US'

CASE WHEN age > 60 THEN 'senior' WHEN age > 17 THEN 'adult' ELSE 'minor' END <> 'adult'

COALESCE(country, 'none') <> 'US'

COALESCE(age, 0) < 18

COALESCE(plan, 'none') = 'none'

COALESCE(active, FALSE)

NOT COALESCE(active, FALSE)

NULLIF(country, '') IS NULL

NULLIF(country, '') <> 'US'

name LIKE 'A%'

country LIKE '%a'

country NOT LIKE '%a%'

country LIKE 'a_c'

country LIKE 'a%c'

country LIKE 'a%b%c'

country LIKE '100!%%' ESCAPE '!'

country ILIKE '%Us%'

country LIKE '%'

country LIKE '___'

NOT (age + 1 > 5)

age + score <> 3

age / 2 > 5

age % 2 = 0

created_at >= '2024-01-01'

created_at > '2024-01-01'

created_at BETWEEN '2024-01-01' AND '2024-01-31'

created_at = DATE '2024-01-31'

created_at::date = '2024-01-31'

created_at >= CURRENT_DATE - INTERVAL '30 days'

created_at > NOW() - INTERVAL 7 DAY

created_at < NOW() - INTERVAL '1 month'

birthday >= CURRENT_DATE - 30

birthday < NOW() - INTERVAL '2 days'

birthday <= created_at

birthday = created_at

created_at = CURRENT_DATE

date_trunc('month', created_at) = date_trunc('month', CURRENT_DATE)

date_trunc('month', created_at) = '2024-05-01'

date_trunc('month', created_at) >= date_trunc('month', CURRENT_DATE - INTERVAL '1 month')

EXTRACT(year FROM created_at) = 2024 AND EXTRACT(dow FROM created_at) <> 0

NOW() - created_at > INTERVAL '30 days'

date_diff('day', created_at, NOW()) >= 30

CURRENT_DATE - birthday > 100

tier = 'gold'

properties ->> 'tier' <> 'gold'

json_extract_string(properties, '$.tier') = 'gold'

EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customer.id AND o.total > 100)

NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id AND o.ordered_at >= NOW() - INTERVAL '90 days')

SELECT c.id FROM shop.customers c WHERE (SELECT COUNT(*) FROM orders o WHERE o.customer_id = c.id AND o.status <> 'void') >= 3

SELECT c.id FROM customers c WHERE (SELECT SUM(o.total) FROM orders o WHERE o.customer_id = c.id) > 1000

SELECT c.id FROM customers c WHERE (SELECT SUM(o.total) FROM orders o WHERE o.customer_id = c.id) < 1000

SELECT c.id FROM customers c WHERE COALESCE((SELECT SUM(o.total) FROM orders o WHERE o.customer_id = c.id), 0) < 1000

SELECT c.id FROM customers c WHERE (SELECT SUM(CASE WHEN o.status = 'paid' THEN o.total ELSE 0 END) FROM orders o WHERE o.customer_id = c.id) = 0

SELECT c.id FROM customers c WHERE (SELECT MAX(o.ordered_at) FROM orders o WHERE o.customer_id = c.id) < CURRENT_DATE - INTERVAL '90 days'

id IN (SELECT customer_id FROM orders WHERE total > 100)

id NOT IN (SELECT customer_id FROM orders WHERE total > 100)

id IN (SELECT customer_id FROM orders GROUP BY customer_id HAVING COUNT(*) >= 3 AND SUM(total) > 100)

company_id IN (SELECT id FROM companies WHERE industry = 'retail')

company_id IS NOT NULL AND company_id NOT IN (SELECT id FROM companies WHERE industry = 'retail')

company_id NOT IN (SELECT id FROM companies WHERE industry = 'retail')

SELECT c.id FROM customers c JOIN companies co ON co.id = c.company_id WHERE co.industry <> 'retail'

SELECT c.id FROM customers c LEFT JOIN companies co ON co.id = c.company_id WHERE co.industry IS NULL

EXISTS (SELECT 1 FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.customer_id = customer.id AND l.quantity > 2 AND o.status = 'paid')

SELECT customer_id FROM orders WHERE total > 100

SELECT customer_id FROM orders WHERE ordered_at >= CURRENT_DATE - INTERVAL '1 year' GROUP BY customer_id HAVING SUM(total) > 1000

SELECT id FROM customers WHERE country = 'US' EXCEPT SELECT customer_id FROM orders

EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customer.id AND o.total > customer.balance)

EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customer.id AND o.ordered_at >= '2024-01-01' AND o.ordered_at < '2024-02-01')

country = 5

contry = 'US'

plan = 'gold'

country || name = 'x'

age > (SELECT AVG(age) FROM customers)

country =

country = {{ country }}

id IN (SELECT id FROM customers WHERE age > 5 LIMIT 3)

row_number() OVER (ORDER BY age) < 3

age > $1

-- dialect: postgres

age / 2 > 5

country ~ '^a.c'

country < 'm'

country LIKE 'a\%b%'

-- dialect: bigquery

created_at > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)

birthday >= DATE_SUB(CURRENT_DATE(), INTERVAL 1 MONTH)

DATE_DIFF(CURRENT_DATE(), birthday, DAY) < 30

STARTS_WITH(country, 'U')

-- dialect: generic

age / 2 > 5

created_at >= DATEADD(day, -30, GETDATE())
