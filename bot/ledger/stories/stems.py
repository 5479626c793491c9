"""Facts about words of news writing: which are common, how common, which mean the same.

``BANDS`` and ``PLAIN`` hold stems (words.stem_of), counted once over 20,889 English news
entries of 2025-26 by `tests/bench/stories.py --stems`; only counts were kept.
"""

from __future__ import annotations

# Words that say nothing of a subject.
COMMONEST = frozenset(
    """
    a about after against also amid an and are as at be been before but by can could during
    for from had has have he her his how i if in into is it its more new no not of on or out
    over said say says she than that the their they this to up was we were what when where
    which who why will with would you
    """.split()
)

# Words by which news writing calls one thing; the first stands for all.
SYNONYMS = (
    "attack strike assault barrage bombard bombardment pummel pound hit shell raid launch fire",
    "kill dead die death deadly toll fatal casualty victim",
    "wound injure hurt",
    "talk meeting meet summit negotiation negotiate discussion discuss session",
    "call phone telephone conversation speak spoke",
    "agree agreement deal accord pact",
    "ceasefire truce halt pause stop freeze suspend",
    "weapon arm missile munition ammunition",
    "drone uav unmanned",
    "refuse reject spurn dismiss deny",
    "threat threaten warn warning ultimatum vow",
    "sanction tariff penalty",
    "pledge promise commit commitment",
    "huge massive large largest biggest record heaviest major intense powerful",
    "troop soldier force army military",
    "demand urge press push",
    "plane aircraft bomber warplane jet airbase airfield",
    "power electricity blackout outage energy grid darkness",
    "home apartment building residential house block",
    "child children baby infant",
    "capture captured seize take control",
    "russia russian moscow kremlin",
    "ukraine ukrainian",
    "kyiv kiev",
    "america american washington",
    "zelensky zelenskyy zelenskiy",
    "europe european",
)

# Towns and regions by which one event is told from another. Words for governments are left out but
# for Kyiv, which is struck more often than it speaks.
PLACES = """
    Kyiv Kiev Kharkiv Odesa Odessa Dnipro Lviv Zaporizhzhia Kherson Mykolaiv Sumy Chernihiv
    Poltava Donetsk Luhansk Mariupol Bakhmut Kramatorsk Sloviansk Pokrovsk Kostiantynivka
    Kupiansk Izium Avdiivka Kryvyi Ternopil Vinnytsia Zhytomyr Cherkasy Chernivtsi Khmelnytskyi
    Rivne Lutsk Uzhhorod Kremenchuk Nikopol Pavlohrad Dobropillia Izmail Chernobyl Crimea
    Sevastopol Kerch Donbas Shostka Konotop Balakliia Volchansk Vovchansk Dnipropetrovsk Chasiv
    Toretsk Vuhledar Huliaipole Lyman Belgorod Kursk Bryansk Voronezh Rostov Krasnodar Sochi
    Novorossiysk Tuapse Taganrog Saratov Engels Samara Volgograd Ryazan Tula Tver Smolensk
    Orenburg Astrakhan Murmansk Tatarstan Kazan Ufa Perm Petersburg Kamchatka Vladivostok
    Kaliningrad Istanbul Ankara Geneva Riyadh Jeddah Dhabi Doha Cairo Vienna Paris Berlin London
    Brussels Warsaw Budapest Alaska Anchorage Minsk Vilnius Copenhagen Davos Gaza Rafah
    Jerusalem Beirut Damascus Aleppo Tehran Isfahan Baghdad Sanaa Khartoum Fasher Kashmir Kabul
    Islamabad Delhi Mumbai Seoul Pyongyang Taipei Caracas Tbilisi Yerevan Baku Nairobi Kinshasa
"""

# How rare: ln(entries / entries that have it), to a quarter, of the stems in 50 entries and more.
BANDS = {
    1.5: """
        trump
    """,
    1.75: """
        attack troop
    """,
    2.0: """
        kill
    """,
    2.25: """
        israel russia ukrain
    """,
    2.5: """
        gaza iran preside talk us war
    """,
    2.75: """
        agre home israeli peopl stat threat year
    """,
    3.0: """
        call captur ceasefi country first huge leader plan two weapon
    """,
    3.25: """
        america day governm india officia other protest putin sanctio time venezue wound
    """,
    3.5: """
        back china city continu demand donald dron end hama includ least ministe nuclear one
        palesti power report securit unit
    """,
    3.75: """
        adminis aid air all announc appear between claim court europ follow group iranian
        live nationa new now off pakista peac post show support target thre week whil world
    """,
    4.0: """
        accus across authori child democra down face foreign former four hostag interna last
        maduro may month near oil operati part polic politic prim releas republi set sinc
        some south syria tehran trad uk under updat whit zelensk
    """,
    4.25: """
        action airstri al arrest being chang chief come conflic defens even family federal
        fight five get help high issu just know kyiv latest long made make man most move
        nation netanya next north open order read refus region remain return right seek
        several shoot sign site start them ther top use want watch work york
    """,
    4.5: """
        act ahead alleg ally another area around bank becom bomb border charg civilia clash
        clos comment company confirm crash cut despit diploma dozen drug economi effort
        escalat expect found friday global guard head health here him hold ice immigra
        investi join key law leav led left like look many mark media member million nato
        need offer old only plac pledg point pressur regim reporte respons reveal run second
        see send servic six so still suprem suspect syrian taiwan tell tension territo
        thousan through thursda try turn un video visit way west without
    """,
    4.75: """
        agency ai allow among anti any attempt ban bbc begin big bill billion body both
        break bring capital carry case caus ceas challen chines com command concern critici
        damag demonst departm deploy develop do due early east electio enter expert explosi
        facilit far fear find free full fund futur game general give go good governo greenla
        grow held hospita hour humanit increas insid intelli islamic january judg korea lead
        life link ministr monday must offic officer our party past policy potenti pric
        program protect public questio re reach recent relatio rise risk rule saturda school
        secreta sery shar shot should social sourc souther street strip sudan system terrori
        test thes today tuesday violenc vladimi vote wednesd win won yemen your
    """,
    5.0: """
        abc activis advanc again agent aim airport ask away base behind beij best boat
        british busines califor cambodi came campaig car center central ces chicago collaps
        communi condemn congres crackdo crim crisi critica cross data decad decisio declar
        defenc deliver destroy detail did distric doe don economy eight eu event expand fail
        fall fighter final fir flight flood food franc ground hope human hundr idf indian
        industr interve involv japan journal land lebanon limit line liv market mass mayor
        mean messag middl miss much multipl murder my nearly nicolá night organiz overnig
        own parad pay plann play pm possibl prepar pro project proposa provinc put rais
        ready rubio saudi sea senat senior separat seven shift shutdow signifi special star
        starmer stateme strateg suggest sunday tanker team tech term texa thailan thos tie
        told toward tv univers used using vehicl very water well western woman worker xi
    """,
    5.25: """
        access add address africa already approv arab arriv articl avoid bas battl began
        believ board brief britain buy canada celebra cit citizen civil clear coast committ
        complet conditi conduct congo conside cost council counter crimina daily decembe
        defend describ detain died emergen envoy evacuat ever every ex exchang fac featur
        french fuel further germany going gop guarant hand happen heavy hegseth history host
        houthi illegal imag immedia impact impos infrast intensi interce interes interne
        island job joint keep known korean later lawmake legal level likely list local los
        main mak march might militan moment nationw neighbo never nicola number offensi once
        ongo opposit option pentago person previou prison prisone product progres provid
        qatar rang rare receiv recover red researc respond restric result review ris role
        rul sale say scal season seen sent ship side signal spark spend spread staff step
        storm story struggl student success such tak then thing think third too took traffic
        train transit travel union unrest view volodym wave whether wife women yet
    """,
    5.5: """
        accept afghani aggress ago airspac alaska aleppo alleged almost along ambassa
        analyst angel app appeal approac arabia austral ballist becaus better black blam bus
        camp caraca cbs coaliti connect coopera creat cup current denmark deploym deputy
        design differe direct directo disput doesn driv each earlier eastern effect egypt
        enforce england epstein executi experie export express fan feel few film financi
        firm flee focu front gain gas gather generat goal gov great half hear hezboll
        highlig histori id inciden indepen influen invasio item jan justic khamene leaders
        less littl ll london loss lost mamdani matter measur medical men met minneap minneso
        mission model morn mount movemen musk name nine norther oblast occupi october onlin
        outsid pari park parliam partner pass perform plant player poland popular positio
        process prompt prosecu rally rate real recogni regiona remov renew rescu resum
        retalia round safety same search sentenc serv settlem situati son soon spac spy
        stand station stay stock stream strengt strong struck study supply taken tax technol
        tempora ten town truck until urg user vanc ve vessel vice victory violat violati
        violent wait weather weekend weigh withdra within
    """,
    5.75: """
        abus account activit affect aide ali allianc answer appoint assassi atlanti attend
        award bar benefit benjami beyond bid book breach cabinet care caribbe carri centr
        champio charli cnn colombi commiss confere controv convict corrupt cover crucial
        date deadlin decid deep deepen defeat delay delegat deport deporta devic dictato
        didn discove displac display disrupt distrib doctor documen domesti doubl draw
        driver drop elon embassy employe erupt establi everyth evidenc exclusi explain expos
        extend eye fast figur file florida fly footbal form fraud fresh friend gett guilty
        hard heat http identif import importa indicat informa injury institu intervi introdu
        itself jail jerusal jewish jinp keir khan kim kirk kurdish la late leagu leak learn
        let lift light longer lose low lower macron map marco me mexico migrant militia modi
        money monitor mother mov mr navy network non operat oust parent passeng percent
        personn photo pick platfor poll portlan present prevent princ prob problem propos
        publish pull purchas race rain rapid reason rebel reduc refuge relat remark represe
        resign resolut rival road saw scen scienti secret secur seem self sell sen senator
        seriou sever shap short shut slam small speech sport stag surg surpris survivo
        taliban terror thai though titl total tri trial trigger trip turkey uae unveil url
        villag visa vs welcom went widespr winter witkoff word ycombin young zohran zone
    """,
    6.0: """
        acciden acquir actor additio african airlin alway anger anniver antisem asia assad
        associa availab banglad becam biden blockad boost boy brand brought budget built
        burn camera card caught ceo check chip church climat coach cold collect combat
        commerc confron conserv contrac county crew critic crowd crown currenc dangero dc de
        debat detenti dollar drill earth earthqu emerg emirat engag enough ensur environ era
        escap eve exercis exil fifth flag flagg focus gen genocid given goe gold got greta
        guardia heart higher himself idea ii illinoi incursi inflati instead investm john
        june kashmir kick king labour lee letter liberat locatio lock loom lot love manufac
        match minut newsom owner pacific partici persona phas pictur plu port predict priz
        react really recentl redistr replac request requir roll rout runn satelli save
        schedul scrambl settler soverei specifi stabb stabili stor sudanes suffer summer
        surviv tank thunber tool track transfe transpo trust veteran via voic vot walk whos
        witness worth
    """,
}

# Stems that are mostly written small within a sentence: no names where a headline has capitals.
PLAIN = """
    abandon abducti ability able about abov abroad abus acceler accept access acciden accord
    account accus accusat achiev acknowl acquir across act action activ activat activis
    activit actor actuall adapt add additio address adminis admitt adopt advanc advis
    adviser advocat affair affect afforda after afterma afterno again against age agency
    agenda agent aggress ago agre agreeme ahead aid aide aim air aircraf airlin airport
    airspac airstri al alarm alert align aliv all alleg allegat alleged allianc allow ally
    almost alon along alongsi already also alterna alway ambassa ambitio amid ammunit among
    amount an analysi analyst ancient and anger annex anniver announc annual another answer
    anti anticip antisem any anyth apart apartme app apparen appeal appear appeara applica
    apply appoint approac approv approva archite are area argu argumen arm army around
    arrest arriv art articl artific artist as ask assassi assault assembl assert assessm
    asset assista associa astrona at attack attempt attend attenti attorne attract audienc
    authori automat autonom availab averag avoid await award away baby back backlas bad
    balanc ball ballist ballot ban bann bar barr bas base basic basketb batter battery battl
    battlef be beach bear beat becam becaus becom been befor began begin beginn begun
    behavio behind being believ belong below benefit best better between beyond bid big
    biggest bilater bill billion biparti bit blackou blam blast blaz block blockad blood
    blow board boat body bolster bomb bombard bond book boost border both bottl box boy brac
    brain branch brand breach break breakth bridg brief bring broadca broader brok broken
    brother brought brutal budget build built burn bus busines but buy buyer by cabinet call
    calm came camera camp campaig can cancel cancell cancer candida cannot capabil capacit
    capital captiv captur car card care career carri carry case cast casualt catch caught
    caus cautiou ceas ceasefi celebra center centr central century ceremon certain chain
    chair challen champio chanc chang channel chant chao charact charg chart chas chat check
    chief child childre chip choic choos church circums cit citizen city civil civilia claim
    clash class classic clean clear climat climb clos closely closer cloud club co coach
    coaliti coast code cold collaps colleag collect colleg collisi color com combat combin
    come comfort command commemo comment commerc commitm committ common communi company
    compar compet competi complai complet complex complic compute concept concern concess
    conclud condemn conditi conduct confere confide confirm conflic confron connect consecu
    consequ conserv conside constit constru consume contact contain content contest contine
    continu contrac contrad contras contrib control controv convers convict convinc cook
    cool coopera coordin core corner corresp corrupt cost could count counter country coupl
    cours court cover coverag crack crackdo crash creat creator credit crew cricket crim
    crimina crisi critic critica critici cross crowd crown crucial crud cryptoc cultur
    cultura curb currenc current custody custome cut cutt daily damag danc danger dangero
    data date daughte day de dead deadlie deadlin deadly deal death debat debt debut decad
    decid decisio decisiv declar declin dedicat deem deep deepen deeper deeply defeat defenc
    defend defens defin delay delegat deliver demand demonst deni denounc deny depend
    depende deploy deploym deporta deputy describ deserv design desir despera despit destabi
    destina destroy destruc detail detain detenti deterio determi devasta develop devic
    dialogu dictato did didn die died differe difficu digital diploma direct directi directl
    directo disappe disarm disaste discoun discove discuss diseas dismiss displac display
    disput disrupt distanc distrib distric divid divisio do doctor documen doe doesn dog
    doing dollar domesti dominan don done door doubl doubt down dozen draft drama dramati
    draw drawn dream drew drill drink driv driven driver dron drop dropp drug dual dubb due
    dur duty dynamic each earbud earlier early earn earthqu eas ease easier eastern easy
    echo economi economy edge educati effect effecti effort eight either elect electio
    electri electro element elimina elit else email embassy embrac emerg emergen emotion
    emphasi employe enabl enclav encoura end endur enemy energy enforce engag engagem
    enginee enhanc enjoy enough enrichm ensur enter entir entry environ envoy episod equipme
    era erupt escalat escap especia essenti establi estimat ethnic evacuat evad even event
    ever every everyon everyth evidenc evoluti evolv ex exampl exchang excit exclusi execut
    executi exercis exil exist expand expansi expect expecta experie experim expert explain
    exploit explor explosi export expos express extend extensi extent externa extraor extrem
    eye fac face facilit fact factor factory fail failur fall fals familia family fan far
    farm farmer fashion fast faster fatal fatally fate father favor favorit fear featur
    federal fee feel fell fellow felt femal few field fifth fight fighter figur fil file
    fill film final finally financ financi find fine finish fir fire firm first fit fitness
    five fix flag flagshi fled flee fleet flight flood floor flow fly focu focus follow food
    footag footbal for forc forecas foreign form former forward fought found founder four
    fourth fragil fram framewo fraud free freedom freez fresh friend from front frustra fuel
    full fully functio fund fundame further futur gain gam game gamer gang gap gas gather
    gave gear general generat genocid geopoli get gett giant girl giv give given glass
    global go goal goe going gone good got govern governm governo grant graphic grappl great
    greater green grew ground group grow growth guarant guid guilty gun had hail half halt
    hand handl handset happen happy hard harder hardwar harm harsh has hav have haven he
    head headlin health hear heard heart heat heavy heighte held help her here high higher
    highest highlig highly him himself hint his histori history hit hold holiday home
    homelan honor hop hope hospita host hostag hostili hot hotel hour househo how however
    hub huge human humanit hundr hunger hurt husband hyperso ice idea identif identit
    ideolog if illegal imag immedia immigra impact impleme import importa impos impossi
    impress improv in inaugur inciden includ increas incursi indepen indicat individ industr
    inflati influen informa infrast initial initiat injur injury innovat insid insight
    insist inspect install instead institu integra intelli intend intens intensi intent
    intenti interac interce interes interfe interim interna interne interpr interve intervi
    into introdu invad invasio investi investm investo invit involv involve is island isn
    issu it item its itself jail jet job join joint journal journey judg judicia jump just
    justifi keep kept key keyboar kick kill kind know known label lack land landsca languag
    laptop larg largely larger largest last late later latest launch law lawmake lawsuit
    lawyer lay lead leader leaders leak learn least leav led left legacy legal legisla
    legitim less let letter level leverag liberal licens lie life lift light like likely
    limit line lineup link list littl liv live load local locatio lock long longer longtim
    look lose loss lost lot love low lower machin made main maintai major mak make maker
    male man manag managem manager manufac many map maritim mark market mask mass massiv
    match materia matter may mayor me mean meant measur mechani media medical meet member
    memory men mental mention messag met midterm might militan militar militia million
    mineral mini ministe minor minorit minut miss missil mission mistak mix mobil model
    modern moment money monitor month more morn most mostly mother mount mountai mov move
    movemen movi movy much multi multipl murder museum music must my nam name narrati nation
    nationa nationw natural naval navigat near nearly necessa need negotia neighbo net
    network neutral never new newly newslet next night nine no non norm norther not note
    noth now nuclear number observ obstacl obtain occupi occurr odd of off offensi offer
    offic officer officia often oil old older on once one ongo onlin only open operat
    operati operato opponen opportu oppos opposit optimis option or order organis organiz
    origina other our oust ouster out outag outcom outlet outrag outsid over overhau overnig
    overse oversea overthr own owner pack packag paid pair panel paper parad paramil parent
    part partici particu partner party pass passeng past path patient pattern paus pay
    payment peac peacefu peak penalty peopl per perfect perform period permane persist
    person persona personn phas phon photo photogr physica pick pictur piec pilot plac plan
    planet plann plant platfor play player plead pledg plenty plu plung podcast point polic
    policy politic poll poor popular populat port portal pose positio positiv possibi
    possibl post postwar potenti power powerfu practic prais pre precede predece predict
    prepar presenc present preserv press pressur prevent previou pric primary princ princip
    priorit prison prisone privat priz pro prob probabl problem process produc produce
    product profess profit program progres prohibi project promine promis promot prompt
    propert propos proposa prosecu prospec protect protest prov provid provide provinc
    provoca public publish pull punish punishm purchas purpos pursu pursuit push put putt
    quality quarter quest questio quick quickly quiet quietly quit rac race raid rain rais
    rally ramp rang rank rapid rapidly rare rate rather re reach react reactio reactor read
    reader readine ready real reality really reason rebel rebuild rebuk recall receiv recent
    recentl recogni recomme reconst record recover reduc referen reflect reform refresh
    refuge refus regard regim region regiona regular regulat reitera reject relat relatio
    relativ releas relief religio relocat rely remain remark remarka remembe reminde remot
    remov removal renew repeat repeate replac replace report reporte represe repress request
    requir rescu researc reserv reshap residen resign resilie resist resista resolut resolv
    resort resourc respect respond respons rest restart restaur restor restric result resum
    retalia retir retirem return reveal revenu revers review reviv revok revolut rhetori
    right ris rise risk rival rivalry road robot robotic rock rocket role roll romanc room
    root rose roughly round rout routin row rul rule run runn rural rush safe safety said
    sale same sanctio satelli save saw say scal scam scandal scen schedul school scienti
    scor scrambl screen scrutin search season seat second secret sector secur securit see
    seek seem seen seiz seizur select selecti self sell semicon senator send senior sens
    sensiti sent sentenc separat seriou serv servic sery session set sett settlem settler
    seven sever several sex shadow shah shak shap shar sharp she shelter shift ship shipmen
    shipp shock shoot short shortag shortly shot should shout show showcas shown shut
    shutdow side sight sign signal signifi silenc similar simpl simply sinc singer singl sit
    site situati six ski skill sky slat slow small smaller smart smartph snow so soar social
    society sold soldier solutio solv some someth son song soon sought sound sourc souther
    soverei spac spark spe speak speaker special specifi speech spend spent spin split spok
    spokesm spokesp sport spot spott spread spy stabili stabl staff stag stak stall stanc
    stand standar star start stateme station statu stay steal step stepp stick still stock
    stop stopp stor storag storm story strain strateg stream street strengt stress stretch
    strik strong stronge strongl struck structu struggl student study stunn styl subscri
    substan success such suffer suggest suicid summer summit supply support suppos suppres
    sure surfac surg surpris surroun surveil survey surviv surviva survivo suspect suspend
    suspici sustain sweep switch symbol symboli system tabl tak take taken takeove talent
    talk tank tanker target tariff task tax team tear tech technol televis tell tempera
    tempora ten tension tent term territo terror terrori test than thank that the theater
    their them themsel then ther thes they thi thing think third thos though thought thousan
    thre threat threate through tie tied titl to today togethe told toll tone too took tool
    top total touch tour tourist tournam toward town track trad traditi traffic tragedy
    train transfe transfo transit transla transpo travel travell treat treatme tree trend
    tri trial trigger trip triumph troop troubl truc truck true trust try tunnel turmoil
    turn two type uncerta unclear under undergr undermi undersc underst underwa unfold
    unilate uniqu unity unknown unlikel unlock unprece unrest until unusual unveil up upcom
    updat upgrad upon upper upris uranium urg urge us use used user using vaccin valu variou
    vast vehicl version very vessel veteran via vice victim victory video view villag violat
    violati violenc violent viral visa vision visit vital voic volatil volum volunte vot
    vote voter vow vs vulnera wait wake walk want war warfar warm warn was wasn watch water
    wave way we weak weaken weapon wear weather websit week weekend weigh weight welcom well
    went were what when wher whether which whil who whol whos why wide widely widen wider
    widespr wife will win wind winn winner winter with withdra within without witness woman
    women won wonder word work worker world worri worry wors worsen worst worth would wound
    writ writer wrong wrot year yet yield you young your zone
"""
