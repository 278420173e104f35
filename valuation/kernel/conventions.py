"""What do the conventions of a conclusion say, in Chinese and in English?

A method echoes its conventions as ``key: text`` in stable English, which programs may rely on. A person reads the
labels of this catalogue: the name of the key, and what was chosen. Numbers, names and citations read the same in both
languages and stand as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from valuation.kernel.labels import Label

__all__ = ["CONVENTION_KEYS", "CONVENTION_VALUES", "convention_label", "convention_text", "is_stated_as_it_is"]

#: What each key of a method's conventions is called.
CONVENTION_KEYS: Mapping[str, Label] = {
    "adjustments": Label("修正方式", "adjustments"),
    "adoption": Label("推广曲线", "adoption"),
    "after": Label("各阶段之后", "after the stages"),
    "allocation": Label("成本分摊", "allocation of cost"),
    "answer_as": Label("结论取值", "answer as"),
    "average": Label("平均方式", "average"),
    "base": Label("计算基数", "base of the returns"),
    "basis": Label("赔偿计算依据", "basis of the damages"),
    "beneficiary": Label("受益者", "beneficiary"),
    "charges": Label("贡献资产回报", "contributory charges"),
    "combination": Label("合并方式", "combination"),
    "comparison": Label("比较方式", "comparison"),
    "competitor": Label("竞争者", "competitor"),
    "compounding": Label("计息方式", "compounding"),
    "condition": Label("成新情况", "condition"),
    "condition_number": Label("条件数", "condition number"),
    "cost_standard": Label("重置口径", "standard of cost"),
    "correlation": Label("相关系数", "correlation"),
    "costs": Label("费用处理", "costs"),
    "decisions": Label("决策时点", "dates of decision"),
    "deferral_years": Label("推迟年数", "years before the first royalty"),
    "direction": Label("到达方向", "side from which the level is reached"),
    "duration": Label("优势期限", "duration of the advantage"),
    "effective_rate": Label("有效费率", "effective rate"),
    "enterprise_value": Label("企业价值口径", "enterprise value"),
    "entrepreneurial_incentive": Label("企业家激励", "entrepreneurial incentive"),
    "entry_fee": Label("入门费", "entry fee"),
    "european_shortcut": Label("欧式近似", "European shortcut"),
    "exercise": Label("行权方式", "exercise"),
    "first_flow": Label("首期现金流", "first flow"),
    "flows": Label("现金流时点", "timing of the flows"),
    "fitted_parameters": Label("拟合参数", "fitted parameters"),
    "footing": Label("口径", "footing"),
    "formula": Label("公式", "formula"),
    "growth": Label("增长", "growth"),
    "harvest": Label("采收", "harvest"),
    "hazard_in_rate": Label("失效率与漂移", "hazard and drift"),
    "increment": Label("增量口径", "increment"),
    "interval": Label("区间方法", "interval"),
    "jumps": Label("跳跃", "jumps"),
    "law": Label("适用法律", "law"),
    "level_share": Label("区间概率", "probability inside the interval"),
    "margin": Label("利润率口径", "margin"),
    "market_timing": Label("上市各年现金流时点", "timing of market flows"),
    "maximum_ratio": Label("评分最大比值", "largest ratio of scores"),
    "milestones": Label("里程碑付款", "milestones"),
    "mode": Label("开发模式", "mode of development"),
    "model": Label("模型", "model"),
    "money_terms": Label("名义或实际", "nominal or real"),
    "neighbours": Label("近邻数", "neighbours"),
    "obsolescence_combination": Label("贬值合并方式", "how obsolescence combines"),
    "of_the_two": Label("取两者之", "which of the two"),
    "order": Label("分配次序", "order of payment"),
    "payment_time": Label("付款时点", "time of payment"),
    "perspective": Label("评估立场", "perspective"),
    "phase_cost_timing": Label("阶段费用时点", "timing of phase costs"),
    "plant_life": Label("作物寿命", "life of the plant"),
    "pool": Label("收入归集", "pool of receipts"),
    "price_level": Label("价格水平", "price level"),
    "probabilities": Label("概率口径", "probabilities"),
    "profit_basis": Label("分成基础", "profit that is split"),
    "punitive": Label("惩罚性赔偿", "punitive damages"),
    "rate_compounding": Label("利率口径", "compounding of the rate"),
    "registrant_tax": Label("注册人税务", "tax of the registrant"),
    "related_party_rows": Label("关联交易行", "rows of related parties"),
    "replacement": Label("品种更替", "replacement of the variety"),
    "response": Label("因变量", "response"),
    "revenue": Label("收入处理", "revenue"),
    "right": Label("权利方向", "direction of the right"),
    "rights_covered": Label("所含权利", "rights covered"),
    "risk": Label("研发风险", "risk"),
    "royalty_base": Label("提成基础", "royalty base"),
    "scaling": Label("特征尺度", "scaling of the features"),
    "scenarios": Label("情景", "scenarios"),
    "split_before_tax": Label("分成与税的次序", "split before tax"),
    "split_rate": Label("分成率来源", "split rate"),
    "stable_reinvestment": Label("稳定期再投资", "stable reinvestment"),
    "price_process": Label("价格过程", "price process"),
    "price_risk": Label("价格风险的计量", "how the price's risk is measured"),
    "process_choice": Label("价格过程的选择", "why this process"),
    "start": Label("起点", "start"),
    "survival": Label("存续概率", "survival"),
    "threat_strikes": Label("突发失效的范围", "what the threat strikes"),
    "tax": Label("所得税", "tax"),
    "tax_life_years": Label("摊销年限（年）", "tax life, years"),
    "tax_on_losses": Label("亏损的税务处理", "tax on losses"),
    "terminal": Label("期末价值", "terminal value"),
    "ties": Label("距离相等", "rows equally far"),
    "threat": Label("威胁", "threat"),
    "threat_applies": Label("突发失效作用于", "what the threat strikes"),
    "time_measure": Label("年期计算", "measure of time"),
    "timing": Label("现金流时点", "timing of flows"),
    "users": Label("使用者", "users"),
    "value": Label("价值口径", "what the value is"),
    "value_decay": Label("价值递减", "decay of value"),
    "versions": Label("所用法律版本", "versions of the law"),
    "volatility": Label("波动率口径", "volatility"),
    "years": Label("年度起算", "years"),
}

_TIMINGS = {
    "year_end": Label("年末", "end of each year"),
    "mid_year": Label("年中", "middle of each year"),
    "exact": Label("按所列收付日", "on stated payment days"),
}
_LOSSES = {
    "credited": Label("亏损抵税", "a loss saves tax"),
    "not_credited": Label("亏损不抵税", "a loss saves no tax"),
}
_ROWS = {"leave_out": Label("剔除", "left out"), "count": Label("计入", "counted")}

#: What each choice means, by key and by the stable text.
CONVENTION_VALUES: Mapping[str, Mapping[str, Label]] = {
    "adoption": {"table": Label("逐年给出", "stated by year"), "logistic": Label("逻辑斯蒂曲线", "logistic curve")},
    "after": {"for_ever": Label("永续增长", "growth for ever"), "ends": Label("终止", "ends")},
    "answer_as": {"median": Label("中位数", "median"), "mean": Label("均值", "mean")},
    "average": {"geometric": Label("几何平均", "geometric mean"), "arithmetic": Label("算术平均", "arithmetic mean")},
    "base": {"revenue": Label("销售收入", "revenue"), "capital": Label("总资产", "capital")},
    "basis": {
        "lost_profit": Label("权利人损失", "the owner's lost profit"),
        "infringer_gain": Label("侵权人获利", "the infringer's gain"),
        "royalty_multiple": Label("许可费的倍数", "a multiple of the royalty"),
        "statutory": Label("法定赔偿", "statutory damages"),
    },
    "combination": {
        "mean_of_ratios": Label("各项评分比的加权平均", "weighted mean of ratios"),
        "ratio_of_totals": Label("总评分之比", "ratio of weighted totals"),
    },
    "comparison": {
        "stated_flows": Label("两种情形的现金流均给出", "flows of both situations stated"),
        "return_on_capital": Label("按资本收益率比较两家企业", "two firms by return on capital"),
        "margin": Label("按利润率比较两家企业", "two firms by margin"),
    },
    "compounding": {"annual": Label("按年复利", "once a year")},
    "condition": {
        "life": Label("按已使用与剩余年限", "by years used and remaining"),
        "expert": Label("专家判断", "judged by an expert"),
        "stated": Label("直接给出", "stated"),
    },
    "cost_standard": {
        "replacement": Label("更新重置成本", "replacement cost"),
        "reproduction": Label("复原重置成本", "reproduction cost"),
    },
    "duration": {"perpetuity": Label("永续", "for ever"), "finite": Label("有限年期", "a number of years")},
    "entrepreneurial_incentive": {
        "none": Label("未计", "not counted"),
        "half_development": Label(
            "按年回报率计开发周期的一半（支出均匀，视为集中于期中；判断）",
            "yearly return over half the time of development (even outlays, as if at the mid-point; judgement)",
        ),
    },
    "footing": {
        "after_tax nominal": Label("税后、名义", "after tax, nominal"),
        "after_tax real": Label("税后、实际", "after tax, real"),
        "before_tax nominal": Label("税前、名义", "before tax, nominal"),
        "before_tax real": Label("税前、实际", "before tax, real"),
    },
    "increment": {
        "two_situations": Label("有无该权利两种情形", "situations with and without the right"),
        "per_unit": Label("单位优势乘数量", "advantage a unit times volume"),
        "stated": Label("增量直接给出", "increment stated"),
    },
    "law": {
        "patent": Label("专利法", "patent law"),
        "trademark": Label("商标法", "trademark law"),
        "copyright": Label("著作权法", "copyright law"),
        "plant_variety": Label("植物新品种法规", "plant variety law"),
    },
    "market_timing": _TIMINGS,
    "mode": {
        "organic": Label("有机型", "organic"),
        "semi_detached": Label("半分离型", "semi-detached"),
        "embedded": Label("嵌入型", "embedded"),
    },
    "obsolescence_combination": {
        "additive": Label("各项贬值率相加", "losses added"),
        "multiplicative": Label("各项剩余率相乘", "what remains multiplied"),
    },
    "of_the_two": {"best": Label("较高者", "the better"), "worst": Label("较低者", "the worse")},
    "perspective": {
        "whole": Label("整体", "the whole"),
        "licensor": Label("许可方", "the licensor"),
        "licensee": Label("被许可方", "the licensee"),
    },
    "phase_cost_timing": {
        "start": Label("阶段开始", "start of the phase"),
        "middle": Label("阶段中点", "middle of the phase"),
        "end": Label("阶段结束", "end of the phase"),
    },
    "plant_life": {
        "annual": Label("一年生，每年购种", "annual: seed bought each year"),
        "perennial": Label("多年生，一次种植", "perennial: planted once"),
    },
    "money_terms": {"nominal": Label("名义", "nominal"), "real": Label("实际（已剔除通胀）", "real (deflated)")},
    "price_process": {
        "random_walk": Label("随机游走（几何布朗运动）", "random walk (geometric Brownian motion)"),
        "mean_reversion": Label(
            "均值回复（Schwartz 1997 模型一）", "mean reversion of the logarithm (Schwartz 1997, model 1)"
        ),
    },
    "price_risk": {
        "market_price_of_risk": Label("风险的市场价格", "market price of risk"),
        "futures": Label("期货价格", "a futures price"),
        "convenience_yield": Label("便利收益率", "convenience yield"),
    },
    "profit_basis": {
        "total_profit": Label("产品利润总额", "total profit of the product"),
        "excess_profit": Label("超额利润", "excess profit"),
    },
    "punitive": {
        "none": Label("不适用", "none"),
        "total_is_multiple": Label("赔偿总额为基数的倍数", "damages are the multiple of the base"),
        "added_to_base": Label("在基数之外另加倍数", "the multiple is added to the base"),
    },
    "rate_compounding": {
        "continuous": Label("连续复利", "continuous"),
        "annual": Label("按年复利", "once a year"),
    },
    "related_party_rows": _ROWS,
    "replacement": {
        "none": Label("无更替", "none"),
        "better_variety": Label("更优品种出现后份额递减", "a better variety takes over"),
    },
    "right": {
        "call": Label("买入：付出行权金额，取得标的", "pay the amount and get the asset"),
        "put": Label("放弃：交出标的，取得行权金额", "give up the asset and get the amount"),
    },
    "royalty_base": {
        "net_sales": Label("净销售额", "net sales"),
        "profit": Label("利润", "profit"),
        "harvest": Label("收获物", "harvest"),
        "planting_material": Label("种苗", "planting material"),
        "standing_area": Label("年末存量面积（含当年新植）", "area standing at year's end, new plantings among it"),
        "bearing_area": Label("当年可收获面积", "area old enough to be harvested in the year"),
    },
    "scaling": {"stated for every feature": Label("各特征均给出", "stated for every feature")},
    "split_rate": {
        "stated": Label("直接给出", "stated"),
        "rule": Label("经验法则（三分法、四分法）", "rule of thumb"),
        "scored": Label("取值范围内评分", "scored within a range"),
        "equivalent_investment": Label("约当投资量", "equivalent investment"),
        "marginal": Label("边际分析", "marginal analysis"),
    },
    "survival": {
        "none": Label("不计失效", "no attrition"),
        "exponential": Label("指数分布", "exponential"),
        "weibull": Label("威布尔分布", "Weibull"),
        "table": Label("逐年给出", "stated by year"),
    },
    "tax": _LOSSES,
    "tax_life_years": {"none": Label("不计摊销节税", "no tax amortisation benefit")},
    "tax_on_losses": _LOSSES,
    "terminal": {"none": Label("无", "none"), "gordon": Label("戈登永续增长", "Gordon growth")},
    "threat_strikes": {
        "right_to_plant": Label("仅种植权", "the right to plant only"),
        "right_and_trees": Label("种植权与已植林木", "the right to plant and standing trees"),
    },
    "timing": _TIMINGS,
    "users": {"table": Label("逐年给出", "stated by year"), "leaving": Label("逐年流失", "leaving by and by")},
    "value_decay": {
        "linear_with_life": Label("随剩余寿命线性递减", "linear with remaining life"),
        "constant_yield": Label("按固定收益率递减", "at a constant yield"),
    },
    "threat_applies": {
        "while_waiting": Label("仅投资之前（等待期间）", "the right while one waits"),
        "while_waiting_and_after": Label("投资前后均作用", "the right while one waits, and the project once it runs"),
    },
    "direction": {
        "from_below": Label("自下而上", "from below"),
        "from_above": Label("自上而下", "from above"),
    },
    "payment_time": {
        "at_hit": Label("到达时", "when the level is reached"),
        "at_expiry": Label("期末", "at the end of the life"),
    },
    "competitor": {
        "none": Label("不计竞争者", "none expected"),
        "poisson": Label("按年率随机到达，至多一次", "comes at a yearly rate, once at most"),
    },
    "versions": {"none used": Label("未引用", "none used")},
}

#: Sentences that stand in the conventions as they are: English → Chinese.
_SENTENCES: Mapping[str, str] = {
    "annual: planted and harvested anew each year": "一年生：每年重新种植、收获",
    "perennial: standing plants bear after their wait and are not felled within the forecast": (
        "多年生：植株满投产期后产出，预测期内不砍伐"
    ),
    "factors multiplied one after another on the unit price": "各修正系数连乘于单价",
    "by capacity among all users of the right, the owner included": "按全部使用者（含权利人）的产能分摊",
    "all lawful users; registrant_value is what the registrant collects less its costs": (
        "全体合法使用者；registrant_value 为注册人所收扣除其费用"
    ),
    "after tax, on the average value of each year (return on) and for its wear (return of)": (
        "税后，按每年平均价值计回报，并补偿其损耗"
    ),
    "replacement cost plus split income, an examination convention that counts twice": (
        "重置成本加分成收益：考试惯例，会重复计算"
    ),
    "of the centred features, columns scaled to length one": "特征中心化、各列单位长度后的条件数",
    "weighted by the probability of reaching their phase, not of succeeding in it": (
        "按到达该阶段的概率加权，而非该阶段成功的概率"
    ),
    "added after the multiple": "在倍数之后另加",
    "all payments before tax over the base, both discounted and weighted alike": (
        "税前全部付款与基数之比，两者同样折现、加权"
    ),
    "present value of entry fee, royalties (not below the year's minimum) and milestones times their probability, "
    "over present value of sales": "入门费、提成（不低于当年保底）与里程碑（乘概率）的现值，除以销售额现值",
    "equity + debt − cash": "股权 + 债务 − 现金",
    "paid on the valuation date": "于评估基准日支付",
    "American: at any time of the life": "美式：寿命内任何时点",
    "European: at the end only": "欧式：仅在期末",
    "Bermudan: at the stated dates": "百慕大式：仅在所述各日",
    "at each date of decision": "在每个决策日",
    "at stated dates, one after another": "依次在所述各日",
    "American: at any time, without end": "美式：任何时点，没有期限",
    "λ raises the discount and not the drift r − δ": "λ 计入折现，不计入漂移 r − δ",
    "the drift r − y is that of the value with its jumps; jump risk is not priced": (
        "漂移 r − y 含跳跃在内；跳跃风险不另定价"
    ),
    "at the first time a level is reached": "首次到达所述水平时",
    "every year, also at a loss; counted at the end of each year": "逐年采收，亏损年份亦然；计于各年末",
    "held at their estimates; the interval does not hold their errors": "取估计值；区间不含其估计误差",
    "a unit root is rejected and a level is not": "拒绝单位根，不拒绝平稳",
    "a level is rejected and a unit root is not": "拒绝平稳，不拒绝单位根",
    "no return to a level is left once its estimate is corrected for bias": "偏差修正后无均值回复",
    "both tests reject; the better fit pays for the one more parameter (Schwarz)": (
        "两项检验均拒绝；按施瓦茨准则，均值回复的拟合改善足以抵偿多出的参数"
    ),
    "both tests reject; the better fit does not pay for the one more parameter (Schwarz)": (
        "两项检验均拒绝；按施瓦茨准则，均值回复的拟合改善不足以抵偿多出的参数"
    ),
    "neither test rejects; the better fit pays for the one more parameter (Schwarz)": (
        "两项检验均不拒绝；按施瓦茨准则，均值回复的拟合改善足以抵偿多出的参数"
    ),
    "neither test rejects; the better fit does not pay for the one more parameter (Schwarz)": (
        "两项检验均不拒绝；按施瓦茨准则，均值回复的拟合改善不足以抵偿多出的参数"
    ),
    "counted at the start of each step": "计于各步期初",
    "paid at the start of each step": "于各步期初支付",
    "what is left is a share of the right's value when it strikes": "所余为发生时权利价值的一个比例",
    "a year's return is counted when its fee is paid": "各年收益计于缴纳该年年费之日",
    "of the states today; after a message by Bayes' rule": "各状态的今日概率；获信息后按贝叶斯法则更新",
    "paid when the stage begins": "于阶段开始时支付",
    "success of a stage is an event of its own, not in the volatility": "阶段成败为独立事件，不计入波动率",
    "geometric Brownian motion": "几何布朗运动",
    "Schwartz 2004: geometric Brownian cash flow, cost to completion with technical uncertainty": (
        "Schwartz 2004：现金流为几何布朗运动，剩余成本带技术不确定性"
    ),
    "a catastrophe is an event of its own, not in the rate": "突发失败为独立事件，不计入折现率",
    "mean reversion of the logarithm (Schwartz 1997, model 1)": "对数均值回复（Schwartz 1997 模型一）",
    "as stated, between the yearly log changes": "依所述，为各年对数变动之间的相关系数",
    "income of the last year grown by one year": "上一年收益增长一年",
    "income and returns both before tax or both after it, as stated": "收益与回报率同为税前或同为税后，依所述",
    "after-tax margin × sales to capital × reinvestment share, while growth is high": (
        "高增长期：税后利润率 × 销售资本比 × 再投资率"
    ),
    "weighted Student-t prediction interval for one further transaction": "加权 t 分布预测区间，针对另一笔交易",
    "jackknife+ (Barber, Candès, Ramdas, Tibshirani 2021), for the price of one transaction": (
        "jackknife+（Barber、Candès、Ramdas、Tibshirani 2021），针对一笔交易的价格"
    ),
    "of distributors in the market, not of the business": "取市场上分销商的利润率，而非本企业的",
    "paid at the end of their phase, weighted by the probability of passing it": "阶段结束时支付，按通过概率加权",
    "basic COCOMO: effort = a · KLOC^b, schedule = c · effort^d": (
        "基本 COCOMO：工作量 = a · 千行数^b，工期 = c · 工作量^d"
    ),
    "all streams in one pool: a loss of one is recouped from another": "各渠道汇入一池：一处亏损由他处弥补",
    "valuation date: amount × index today / index of the time of spending": (
        "评估基准日价格：金额 × 当前指数 / 支出时指数"
    ),
    "valuation date, by the price index ratio of each item": "评估基准日价格，按各项价格指数比",
    "conditional on the branch before; the outcomes of each chance add up to one": (
        "以上一分支为条件；每个机会点的结果合计为一"
    ),
    "a registrant's loss saves no tax and carries no tax amortisation benefit": "注册人亏损不抵税，也不计摊销节税",
    "natural logarithm of unit price": "单价的自然对数",
    "natural logarithm of unit price, geometric mean of the neighbours": "单价的自然对数，取近邻的几何平均",
    "of rows equally far, the one listed first": "距离相等的样本，取列在前面的",
    "weighted by the likelihood of approval": "按获批概率加权",
    "everything by which the branded company differs, not the name alone": "品牌企业的全部差别，不只是名称",
    "the sum is divided by one less the risk coefficient: successes bear the cost of failures": (
        "合计除以（1 − 风险系数）：成功者承担失败的成本"
    ),
    "exclude each other; the value is their present values weighted by probability": "情景互斥；价值为各现值按概率加权",
    "the rate applies to the profit as stated, tax is taken from the split income": (
        "分成率作用于所述利润，再对分成收益计税"
    ),
    "stable growth over stable return on capital": "稳定增长率除以稳定资本收益率",
    "the owner has the right alone; every other asset is bought or built": "权利人只有该权利，其余资产均购建",
    "anniversaries of the valuation date plus days over the running year, end of the counted part": (
        "整周年加余日占当年天数，计至计入期末"
    ),
    "anniversaries of the valuation date plus days over the running year, middle of the counted part": (
        "整周年加余日占当年天数，计至计入期中点"
    ),
    "days to the stated payment day over 365": "至收付日的天数除以 365",
    "the stake received, by what the company can distribute": "所得股权，按公司可分配现金流",
    "(multiple of the branded company − weighted multiple of the generic ones) × its driver": (
        "（品牌企业乘数 − 无品牌企业加权乘数）× 其价值动因"
    ),
    "(value/sales with the brand − value/sales without it) × sales": "（有品牌价值销售比 − 无品牌价值销售比）× 销售额",
    "standard deviation of the yearly log change, not variance": "年对数变动的标准差，而非方差",
    "counted from each licence's signing": "自各许可签约日起算",
}

#: Sentences with something in them: a choice of the key, or words of the request.
_PATTERNS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"(\d+) a year, the first today"), "每年 {} 次，首次为今日", "{} a year, the first today"),
    (
        re.compile("(.+), at the middle of the counted part of each year"),
        "{}，取各年计入期中点",
        "{}, at the middle of the counted part of each year",
    ),
    (re.compile("none: (.+)", re.DOTALL), "不计：{}", "none: {}"),
    (re.compile("at a rate, losses (.+)"), "按税率，{}", "at a rate, {}"),
    (
        re.compile("company law as in force on the policy date, (.+)"),
        "政策日 {} 有效的公司法",
        "company law as in force on the policy date, {}",
    ),
    (re.compile("(.+), in ([A-Z]{3})"), "折现率与现金流均为{}，币种 {}", "rate and flows {}, in {}"),
    (re.compile("(.+), as in force on the policy date"), "政策日有效的{}", "{} as in force on the policy date"),
    (
        re.compile("standard deviation among the rows: (.+)", re.DOTALL),
        "以各行标准差为尺度：{}",
        "standard deviation among the rows: {}",
    ),
    (
        re.compile(r"Black–Scholes with payout yield \((.+)\), exercised at the end only"),
        "布莱克–斯科尔斯公式，收益率 {}，仅期末行权",
        "Black–Scholes with payout yield {}, exercised at the end only",
    ),
)
#: Keys whose text is a number or names something of the request: it reads the same in both languages.
_AS_STATED = frozenset(
    {"deferral_years", "formula", "level_share", "maximum_ratio", "neighbours", "order", "tax_life_years", "versions"}
)


def convention_label(key: str) -> Label:
    """What is a convention called? A key that the catalogue does not know is shown as it is."""
    return CONVENTION_KEYS.get(key, Label(key, key))


def convention_text(key: str, text: str) -> Label:
    """What was chosen, in both languages? A text that the catalogue does not know is shown as it is.

    Parameters
    ----------
    key, text : one entry of a conclusion's conventions.

    Examples
    --------
    >>> convention_text("timing", "mid_year").zh
    '年中'
    >>> convention_text("survival", "none, at the middle of the counted part of each year").zh
    '不计失效，取各年计入期中点'
    >>> convention_text("tax_life_years", "10").zh
    '10'

    Tested by: ``tests/valuation/kernel/test_conventions.py`` (every key and text of every method's sample, every
    choice of the request models).
    """
    choices = CONVENTION_VALUES.get(key, {})
    if text in choices:
        return choices[text]
    if text in _SENTENCES:
        return Label(_SENTENCES[text], text)
    for pattern, zh, en in _PATTERNS:
        if found := pattern.fullmatch(text):
            said = [choices.get(part, Label(part, part)) for part in found.groups()]
            return Label(zh.format(*(each.zh for each in said)), en.format(*(each.en for each in said)))
    return Label(text, text) if text.strip() else Label("—", "—")


def is_stated_as_it_is(key: str) -> bool:
    """Is the text of this convention a number, a name or a citation, which nobody translates?"""
    return key in _AS_STATED
