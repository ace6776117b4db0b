"""Given names and name elements that are the same name in other languages, and how common elements are.

Both tables are made by hand for this project. Words are lower case a to z, as `scripts.spellings` gives them.
"""

from functools import lru_cache

from services.screening.matching.skeleton import fine_skeleton

_CLASSES = """
muhammad mohammed mohamed mohammad muhamad mohamad mohamud mehmet mehmed mamadou md magomed mukhammad
ahmad ahmed ahmet ahmadu amadou akhmed akhmad achmad ahmadou
mahmud mahmoud mahmood mahmut makhmud
yusuf yousef yousuf youssef joseph josef jose giuseppe josip jozef yosef iosif osip yusif
ibrahim ebrahim abraham ibrahima avraham abram abrahim ibragim brahim
ismail ismael ishmael esmail izmail ismaila
ishaq isaac ishak isaak yitzhak itzhak izaak
yaqub yakub jacob jakob yaaqub yakoub yacoub iakov yakov jacques giacomo james jaime diego iago
musa moussa moses moshe mousa moise mose moises
isa issa eisa jesus
dawud daoud david davud dawood daud davide davit dawit
sulayman suleiman soliman solomon salomon sulaiman suleyman souleymane shlomo salman
yahya yahia john jean juan johan johann johannes ivan giovanni joao jan jon ian ioannis yannis giannis sean
zakariya zakaria zachary zakariyya zacharias zekeriya zechariah
ayyub ayub ayoub job iyob eyup
yunus younes jonah younus yonas yunis jonas
harun haroun aaron aharon haroon
idris idriss drissa enoch idrees
maryam mariam maria mary miriam marie meryem mariama maryan
musa mussa
fatima fatma fatimah fatoumata fadma fatemeh fatou
khadija khadijah hadija hatice khadidja kadiatou hadiza khadeeja
aisha aicha ayesha aysha aishah ayse aissatou
zaynab zainab zeinab zeynep zenab zineb zeynab
uthman othman osman ousmane usman othmane osmane
umar omar oumar omer umer
ali aliou aly
hasan hassan hasen hassane khasan
husayn hussein hussain hossein husain hussayn houssein huseyn hussen khusein
jafar jaafar giafar djafar cafer jaffar
khalid khaled halid khalit
said saeed saiid sayeed seyit
salim saleem slim selim
salih saleh salah salehe
tariq tarek tarik tarique
umm oum om um
abu abou ebu abo
qasim kassem kasem qassim kasim gasim ghassem
qadhafi gaddafi kadhafi qaddafi gadhafi
jamal gamal djamel cemal jemal
jalal galal djelal celal
rashid rachid rasheed rashed
sharif cherif shareef sherif charif
shaykh sheikh cheikh shaikh sheik sheekh
sayyid sayed syed seyed said sidi sayid
nasir nasser naser nacer nasr
mustafa moustafa mostafa mustapha moustapha
murad mourad murat
mahdi mehdi mehedi
karim kareem kerim
latif lateef
rahman rehman rahmane rahmaan
rahim raheem
aziz azeez
wahid waheed ouahid
walid waleed oualid
hamid hameed
majid majeed magid madjid
habib habeeb
bashir basheer bachir beshir
nur noor nour nuur
uthmani ottoman
yasir yasser yaser yassir
yasin yassin yaseen yacine
ayman aiman eymen
usama osama oussama ussama
hamza hamzah khamza
anas annas
bilal belal billal
suhayl sohail suhail
suhayb sohaib souhaib
zayd zaid zeid ziad
ziyad ziad zied
abdlah abdlla abdlahi abdlay abdlaye abdlh
alexander aleksandr alexandre alessandro alejandro iskandar iskander aleksander oleksandr alexandros
andrew andrey andrei andreas andre andrea andres andrzej andriy andrej
anthony antonio anton antoine antonios antoni
charles carlos karl carlo karel karol carl
christopher christophe cristobal kristof krzysztof christoph
catherine katherine ekaterina katarina caterina katarzyna kateryna catalina yekaterina
daniel danil danilo daniil daniele danyal
demetrius dmitry dmitri dimitri dimitris dmytro dimitrios
elizabeth elisabeth elisaveta isabel elizaveta elisabetta isabella
emmanuel manuel manolis imanuel emanuele
eugene evgeny yevgeny yevhen eugenio evgeniy yevgeniy evgenii
francis francisco francesco francois franz frans franciszek ferenc
frederick friedrich federico frederic fryderyk fredrik
gabriel jibril djibril gavriil jibrail cebrail gibril
gregory grigory grzegorz gregorio grigori grigoriy hryhoriy
george georg georges jorge giorgio georgy yuri jerzy georgios jiri yuriy iurii giorgi girgis jirjis
helen elena helena olena yelena eleni helene
henry heinrich henri enrique enrico henrik henryk
jeremiah jeremy jeremias irmiya
julius julio giulio yuliy jules
lawrence laurent lorenzo lorenz laurentius lars
leo leon lev leonid
louis luis luigi ludwig ludovic lajos lluis
luke lucas luca lukas lukasz luka
mark marco marc marcos marek marcus markus marko
margaret margarita marguerite margarethe malgorzata margherita
martin martino marton martijn
matthew matteo mathieu matthias mateo matvey mateusz matej mattathias
michael mikhail michel miguel michele michal mikael mykhailo mihail mikail mihai mikhael
nicholas nikolai nicolas niccolo nikolaos nikola mikolaj mykola nicola klaus
paul pavel pablo paolo paulo pawel pavlo pavlos bulus boulos
peter pierre pedro pietro pyotr petr piotr petro petros butrus boutros
philip philippe felipe filippo filip filipp
raphael rafael raffaele rafail
richard ricardo riccardo ryszard
robert roberto rupert
sebastian sebastien sebastiano bastian
sergei sergey sergio serge serhiy sergiy sergii
simon simeon shimon semyon szymon simone samaan
sophia sofia sophie zofia sofiya
stephen steven stefan esteban etienne stefano istvan stephan stepan szczepan
susan susanna zuzana suzanne susana
theodore fyodor teodoro fedor theodoros feodor tadros
thomas tomas tommaso tomasz toma foma
timothy timofei timoteo timothee
victor viktor vittorio wiktor
vladimir volodymyr wladimir wlodzimierz
william wilhelm guillermo guillaume willem vilhelm guglielmo
valentine valentin valentino walenty
basil vasily vasyl vasilios basile basilio wasil vasiliy
elias ilya ilyas elijah elie ilias eliyahu
tigran tigrane
ekrem akram ekram
orhan urkhan orkhan
timur teymur temur timour
rustam rostam rustem
shamil chamil samil
wang wong vang ong
zhang chang cheung teo zang
chen chan tan tran
li lee lie ly
liu lau liew low
lin lam lim
huang wong hwang ng
wu ng woo
xu hsu chui tsui
zhao chao chiu
zhou chou chow chew
yang yeung yeo
zheng cheng tay jeong jung chung
kim gim
park pak bak
choi choe
nguyen nguyên
kumar kumarasinghe
singh singha
"""

# Of 10,000 travellers of all origins, how many bear the element; rough on purpose, doubled by no decision.
_COMMON = """
250 muhammad
120 ahmad ali
80 khan hussein hassan abd abu abdlah
60 ibrahim singh kumar maria omar mahmud wang li zhang
40 yusuf nguyen said chen liu khalid mustafa salim hamid osman jose juan john
30 kim lee garcia david michael fatima sheikh begum bibi salah david yang ismail
25 islam rahman abdrahman hamza karim rashid tran bin lin huang sharma sayyid anna mohan lal
20 devi hasan park choi maryam aisha daniel peter paul thomas james robert alexander sergei elena nasir
15 gonzalez rodriguez fernandez lopez martinez perez smith yahya musa sulayman jamal abdaziz bilal tariq ray
12 das roy shah patel ivanov jean pierre luis carlos antonio francisco mark andrew nikolai dmitri olga natalia
10 silva santos oliveira jones brown johnson williams miller muller schmidt noor hamad saleh abdkarim adam
8 osama yasin zaynab khadija nour iqbal akhtar hossain uddin miah chowdhury mohammadi hosseini rezaei tesfaye
6 bekele haile abebe kebede diallo traore keita coulibaly sow ba camara cisse toure barry mensah okafor
"""


def _class_of_words() -> dict[str, int]:
    """The class of each word; a word in two lines stays in the first, so that classes never run together."""
    classes: dict[str, int] = {}
    for number, line in enumerate(_CLASSES.strip().splitlines()):
        for word in line.split():
            classes.setdefault(word, number)
    return classes


def _travellers_a_ten_thousand() -> dict[str, int]:
    """Frequency by class and by fine skeleton, so that every spelling of a common name counts as common."""
    frequencies: dict[str, int] = {}
    for line in _COMMON.strip().splitlines():
        count, *words = line.split()
        for word in words:
            for key in _frequency_keys(word):
                frequencies[key] = max(int(count), frequencies.get(key, 0))
    return frequencies


def _frequency_keys(word: str) -> tuple[str, ...]:
    return (f"={_CLASS_OF.get(word)}", fine_skeleton(word)) if word in _CLASS_OF else (fine_skeleton(word),)


_CLASS_OF = _class_of_words()
_FREQUENCY = _travellers_a_ten_thousand()
CLASS_WORDS = tuple(sorted(_CLASS_OF))


def class_of(word: str) -> int | None:
    """The number of the word's class of equivalent names, or `None`."""
    return _CLASS_OF.get(word)


@lru_cache(maxsize=200_000)
def travellers_a_ten_thousand(word: str) -> int:
    """How many of 10,000 travellers bear this element or another spelling of it; 0 = rarer than the table."""
    return max(_FREQUENCY.get(key, 0) for key in _frequency_keys(word))
